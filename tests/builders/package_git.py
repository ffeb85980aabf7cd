"""Dist-git repositories with merges and odd messages, for tests of release numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farm import process
from farm.release.autorelease import Autorelease, autorelease
from farm.release.package_history import PackageCommit, PackageHistory, read_contents, read_history
from farm.release.spec_version import SpecVersion


def plain_version(spec: bytes) -> SpecVersion | None:
    """Return what a spec of literal tags says; the flags of `%autorelease` in the order -p -b -e -s."""
    tags = dict(line.split(": ", 1) for line in spec.decode().splitlines() if ": " in line)
    if "Version" not in tags:
        return None
    words = tags.get("Release", "").split()
    flags = dict(zip(words[1::2], words[2::2], strict=False)) if "-p" not in words else {}
    epoch = f"{tags['Epoch']}:" if "Epoch" in tags else ""
    return SpecVersion(
        epoch_version=epoch + tags["Version"],
        prerelease="-p" in words,
        base=int(flags.get("-b", "1")),
        extra=flags.get("-e", ""),
        snapshot=flags.get("-s", ""),
    )


def spec_text(version: str, release: str = "%autorelease", *, more: str = "") -> str:
    return (
        f"Name: demo\nVersion: {version}\nRelease: {release}\nSummary: x\nLicense: x\n{more}\n"
        "%description\nx\n\n%changelog\n%autochangelog\n"
    )


@dataclass
class PackageGit:
    """A dist-git repository that is written with plumbing commands: any parents, any message."""

    directory: Path
    time: int = 1_700_000_000
    commits: list[str] = field(default_factory=list)

    def commit(
        self,
        files: Mapping[str, str],
        *,
        message: str = "Change it",
        parents: Sequence[str] | None = None,
        author: str = "Ann Author",
    ) -> str:
        """Add a commit of exactly these files; its parent is the one before where none are named."""
        if not (self.directory / "HEAD").exists():
            self.directory.mkdir(parents=True, exist_ok=True)
            self.run(["init", "--quiet", "--bare", "--initial-branch=main"])
        lines = []
        for name, text in sorted(files.items()):
            blob = self.run(["hash-object", "-w", "--stdin"], text.encode()).decode().strip()
            lines.append(f"100644 blob {blob}\t{name}\n")
        tree = self.run(["mktree"], "".join(lines).encode()).decode().strip()
        below = self.commits[-1:] if parents is None else parents
        options = [word for parent in below for word in ("-p", parent)]
        self.time += 86_400
        self.author = author
        made = self.run(["commit-tree", tree, *options], message.encode()).decode().strip()
        self.run(["update-ref", "refs/heads/main", made])
        self.commits.append(made)
        return made

    author: str = "Ann Author"

    def run(self, arguments: Sequence[str], stdin: bytes = b"") -> bytes:
        environment = {
            **process.BASE_ENVIRONMENT,
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": self.author,
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Carl",
            "GIT_COMMITTER_EMAIL": "carl@example.org",
            "GIT_AUTHOR_DATE": f"{self.time} +0000",
            "GIT_COMMITTER_DATE": f"{self.time} +0000",
        }
        return process.check(["git", *arguments], environment=environment, directory=self.directory, stdin=stdin)

    def history(self) -> PackageHistory:
        return read_history(self.run, self.commits[-1], "demo.spec")

    def autorelease(self) -> Autorelease:
        return evaluate(self.history(), self)


def evaluate(history: PackageHistory, package: PackageGit) -> Autorelease:
    contents = read_contents(package.run, (commit.spec for commit in history.commits.values()))

    def version(commit: PackageCommit) -> SpecVersion | None:
        return plain_version(contents[commit.spec]) if commit.spec else None

    return autorelease(history, version, lambda blob: read_contents(package.run, [blob])[blob])
