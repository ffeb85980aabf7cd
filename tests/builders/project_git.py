"""Projects under git, with history, for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm import process
from farm.history.repository import ProjectRepository

HEAD = """\
[project]
description = "test"
default-distro = { name = "up" }
[distros.up]
default-version = "1"
dist-git-base-uri = "file:///nowhere/$pkg.git"
[distros.up.versions.1]
release-ver = "1"
dist-git-branch = "main"
[distros.up.versions.1.default-component-config.spec]
type = "upstream"
upstream-distro = { name = "up", version = "1", snapshot = "2026-01-01T00:00:00Z" }
"""


@dataclass(frozen=True)
class GitProject:
    """A project in a git repository.

    Attributes:
        top: of the work tree; `root` is the project in it.
    """

    top: Path
    below: str = ""

    @property
    def root(self) -> Path:
        return self.top / self.below

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        *,
        message: str | bytes = "change",
        author: str | bytes = "Ann Author",
        time: int = 1_700_000_000,
    ) -> str:
        """Write files of the project, or remove those that are None, commit, and return the commit's id."""
        if not (self.top / ".git").exists():
            self.top.mkdir(parents=True, exist_ok=True)
            self.git("init", "--quiet", "--initial-branch=main")
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all")
        self.git(
            "commit",
            "--quiet",
            "--allow-empty",
            "--allow-empty-message",
            "--cleanup=verbatim",
            "--file=-",
            author=author,
            time=time,
            stdin=message if isinstance(message, bytes) else message.encode(),
        )
        return self.git("rev-parse", "HEAD").decode().strip()

    def git(
        self, *arguments: str, author: str | bytes = "Ann Author", time: int = 1_700_000_000, stdin: bytes = b""
    ) -> bytes:
        """Run git in the work tree."""
        name = author if isinstance(author, str) else author.decode(errors="surrogateescape")
        environment = {
            **process.BASE_ENVIRONMENT,
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Carl Committer",
            "GIT_COMMITTER_EMAIL": "carl@example.org",
            "GIT_AUTHOR_DATE": f"{time} +0000",
            "GIT_COMMITTER_DATE": f"{time} +0000",
        }
        return process.check(["git", *arguments], environment=environment, directory=self.top, stdin=stdin)

    def repository(self, cache: Path) -> ProjectRepository:
        return ProjectRepository.of(self.root, cache=cache)
