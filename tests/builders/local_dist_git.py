"""A local dist-git of many real components, laid out for measurements."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from builders.dist_git import TEMPLATE, project_table

from farm import process

BEFORE, AT, AFTER = 1_690_000_000, 1_700_000_000, 1_710_000_000
SNAPSHOT = "2023-12-01T00:00:00Z"
_AUTORELEASE = re.compile(rb"^Release:.*autorelease.*$", re.MULTILINE)
_ENVIRONMENT = {**process.BASE_ENVIRONMENT, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class LocalDistGit:
    """A project of bare components, and the dist-git that it names."""

    root: Path
    components: tuple[str, ...]

    @property
    def project(self) -> Path:
        return self.root / "project"


def lay_out(root: Path, tree: Path, count: int) -> LocalDistGit:
    """Lay out `count` components, taken evenly from the rendered specs of a checkout, and a project that has them.

    Each is a bare, packed repository whose branch has one commit before the snapshot, one at it and one after it.
    """
    rendered = [place for place in sorted(tree.glob("specs/*/*")) if (place / f"{place.name}.spec").is_file()]
    step = max(1, math.ceil(len(rendered) / count))
    chosen = rendered[::step]
    for place in chosen:
        _repository(root / "dist-git" / f"{place.name}.git", place)
    names = tuple(place.name for place in chosen)
    (root / "project").mkdir(parents=True)
    (root / "project" / "azldev.toml").write_text(_project(root / "dist-git", names))
    return LocalDistGit(root=root, components=names)


def _repository(bare: Path, place: Path) -> None:
    process.check(["git", "init", "--bare", "--quiet", "--initial-branch=main", str(bare)], environment=_ENVIRONMENT)
    files = {str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*")) if path.is_file()}
    spec = f"{place.name}.spec"
    files[spec] = _AUTORELEASE.sub(b"Release: 1%{?dist}", files[spec])
    stream = b"".join(
        [
            _commit(BEFORE, {**files, spec: b"Name: old\n"}),
            _commit(AT, files),
            _commit(AFTER, {"later.patch": b"later\n"}),
        ]
    )
    argv = ["git", "--git-dir", str(bare), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet"]
    process.check(argv, environment=_ENVIRONMENT, stdin=stream)


def _commit(time: int, files: dict[str, bytes]) -> bytes:
    head = f"commit refs/heads/main\ncommitter T <t@example.org> {time} +0000\ndata 6\nchange\n".encode()
    return head + b"".join(_file(name, data) for name, data in files.items()) + b"\n"


def _file(name: str, data: bytes) -> bytes:
    return f'M 100644 inline "{name}"\ndata {len(data)}\n'.encode() + data + b"\n"


def _project(dist_git: Path, names: Sequence[str]) -> str:
    table = project_table(dist_git, f"file:///nowhere/{TEMPLATE}", snapshot=SNAPSHOT)
    components = "".join(f'[components."{name}"]\n' for name in names)
    return f"""{table}
[default-component-config]
release = {{ calculation = "manual" }}
build = {{ defines = {{ vendor = "us" }} }}
{components}"""
