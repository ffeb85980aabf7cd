"""Dist-git repositories, lookasides and projects that use them, laid out on disk for tests."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm import process

TEMPLATE = "$pkg/$filename/$hashtype/$hash/$filename"

SPEC = """\
Name: demo
Version: 1.0
Release: 1%{?dist}
Summary: A demo
License: MIT
Source0: demo-1.0.tar.gz

%description
A demo.

%prep
%setup -q

%build
make

%check
make check

%files
"""


def project_table(dist_git: Path, lookaside: str, *, snapshot: str = "") -> str:
    """Return TOML of a distro `up` version `1` with branch `main`."""
    pinned = f', snapshot = "{snapshot}"' if snapshot else ""
    return f"""
[project]
description = "test"
default-distro = {{ name = "up" }}
[distros.up]
default-version = "1"
dist-git-base-uri = "file://{dist_git}/$pkg.git"
lookaside-base-uri = "{lookaside}"
[distros.up.versions.1]
release-ver = "1"
dist-git-branch = "main"
[distros.up.versions.1.default-component-config.spec]
type = "upstream"
upstream-distro = {{ name = "up", version = "1"{pinned} }}
"""


@dataclass(frozen=True)
class Upstream:
    """An upstream distribution below a directory: dist-git repositories and a lookaside."""

    root: Path

    @property
    def dist_git(self) -> Path:
        return self.root / "dist-git"

    @property
    def lookaside(self) -> Path:
        return self.root / "lookaside"

    @property
    def project_table(self) -> str:
        """TOML of a distro `up` version `1` with branch `main`."""
        return project_table(self.dist_git, f"file://{self.lookaside}/{TEMPLATE}")

    def commit(
        self, package: str, files: Mapping[str, str | None], *, time: int = 1_700_000_000, branch: str = "main"
    ) -> str:
        """Add a commit that writes files, or removes those that are None; return its id."""
        work = self.root / "work" / package
        bare = self.dist_git / f"{package}.git"
        if not bare.exists():
            _git(bare.parent, "init", "--bare", "--quiet", "--initial-branch=main", str(bare))
            _git(work.parent, "clone", "--quiet", str(bare), str(work))
        _git(work, "checkout", "--quiet", "-B", branch)
        for name, text in files.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        return self.record(package, time=time, branch=branch)

    def record(self, package: str, *, time: int = 1_700_000_000, branch: str = "main") -> str:
        """Commit whatever the working tree of a package holds, and push it."""
        work = self.root / "work" / package
        _git(work, "add", "--all")
        _git(work, "commit", "--quiet", "--allow-empty", "--message", "change", time=time)
        _git(work, "push", "--quiet", "--force", "origin", branch)
        return _git(work, "rev-parse", "HEAD").strip()

    def upload(self, package: str, name: str, data: bytes) -> str:
        """Put a file into the lookaside and return its line for `sources`."""
        digest = hashlib.sha512(data).hexdigest()
        path = self.lookaside / package / name / "sha512" / digest / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return f"SHA512 ({name}) = {digest}\n"


def _git(directory: Path, *arguments: str, time: int = 1_700_000_000) -> str:
    directory.mkdir(parents=True, exist_ok=True)
    environment = {
        **process.BASE_ENVIRONMENT,
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "tester",
        "GIT_AUTHOR_EMAIL": "tester@example.org",
        "GIT_COMMITTER_NAME": "tester",
        "GIT_COMMITTER_EMAIL": "tester@example.org",
        "GIT_AUTHOR_DATE": f"{time} +0000",
        "GIT_COMMITTER_DATE": f"{time} +0000",
    }
    return process.check(["git", *arguments], environment=environment, directory=directory).decode()
