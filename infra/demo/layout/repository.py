"""Git repositories from commits, with the same commit ids every time."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from farm.process import BASE_ENVIRONMENT, check, run
from infra.demo.layout.history import Commit

BRANCH = "demo"
_PERSON = "Demo Packager <packager@farm.invalid>"
_TIP = f"refs/heads/{BRANCH}"
_ENVIRONMENT = {**BASE_ENVIRONMENT, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "HOME": "/nonexistent"}


def ensure_repository(target: Path, commits: Iterable[Commit]) -> str:
    """Make a bare repository with these commits on its one branch; return the id of the last.

    A repository that has them already stays as it is; another one is replaced whole.
    """
    arriving = target.with_name(f".{target.name}.arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    _git(target.parent, "init", "--quiet", "--bare", "--template=", f"--initial-branch={BRANCH}", str(arriving))
    _git(arriving, "fast-import", "--quiet", stdin=b"".join(import_stream(commits)))
    tip = _git(arriving, "rev-parse", _TIP)
    if _tip(target) == tip:
        shutil.rmtree(arriving)
        return tip
    leaving = target.with_name(f".{target.name}.leaving")
    shutil.rmtree(leaving, ignore_errors=True)
    if target.exists():
        target.rename(leaving)
    arriving.rename(target)
    shutil.rmtree(leaving, ignore_errors=True)
    return tip


def import_stream(commits: Iterable[Commit]) -> Iterator[bytes]:
    """Yield the commits in the words of git fast-import."""
    for commit in commits:
        when = f"{_PERSON} {int(commit.date.timestamp())} +0000"
        yield f"commit {_TIP}\nauthor {when}\ncommitter {when}\n".encode()
        yield _data(f"{commit.subject}\n".encode())
        yield b"deleteall\n"
        for path, content in sorted(commit.files.items()):
            yield f"M 100644 inline {path}\n".encode() + _data(content)


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


def _tip(repository: Path) -> str:
    if not repository.is_dir():
        return ""
    finished = run(["git", "rev-parse", "--quiet", "--verify", _TIP], directory=repository, environment=_ENVIRONMENT)
    return finished.stdout.decode().strip() if finished.ok else ""


def _git(directory: Path, *arguments: str, stdin: bytes = b"") -> str:
    directory.mkdir(parents=True, exist_ok=True)
    output = check(["git", *arguments], directory=directory, environment=_ENVIRONMENT, stdin=stdin, timeout=60)
    return output.decode().strip()
