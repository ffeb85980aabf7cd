"""Package lists: which Debian packages a seed repository is made from, for one use."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from workers.seed.seed_error import SeedListError

T = TypeVar("T")


class _Local(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    spec: str


class _ListFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    suite: str | None = None
    names: str | None = None
    include: list[str] = []
    packages: list[str] = []
    local: list[_Local] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageList:
    """A list with everything that it includes.

    Attributes:
        name: the file's name without `.toml`; also the name of the repository.
        suite: the Debian suite that the packages come from.
        names: file of the table of Fedora names.
        packages: Debian package names, sorted; their dependencies come by themselves.
        local_specs: spec files built into the repository, sorted; sources lie beside each.
    """

    name: str
    suite: str
    names: Path
    packages: tuple[str, ...]
    local_specs: tuple[Path, ...]


def read_list(path: Path) -> PackageList:
    """Read a list and those that it includes.

    `suite` and `names` may stand in any of the files, but must agree. Paths are relative to their file.

    Raises:
        SeedListError: a file is missing, not TOML, has unknown or wrong keys, includes itself, or says nothing.
    """
    files = _with_includes(path, ())
    suites = {content.suite for _, content in files if content.suite is not None}
    names = {(file.parent / content.names).resolve() for file, content in files if content.names is not None}
    packages = {name for _, content in files for name in content.packages}
    specs = {(file.parent / local.spec).resolve() for file, content in files for local in content.local}
    if not packages:
        raise SeedListError(f"{path}: no packages", hint='name some: packages = ["bash", "coreutils"]')
    for spec in sorted(specs):
        if not spec.is_file():
            raise SeedListError(f"{path}: the local package {spec} does not exist")
    return PackageList(
        name=path.stem,
        suite=_only(path, "suite", suites),
        names=_only(path, "names", names),
        packages=tuple(sorted(packages)),
        local_specs=tuple(sorted(specs)),
    )


def _only(path: Path, key: str, values: set[T]) -> T:
    if len(values) == 1:
        return next(iter(values))
    found = ", ".join(sorted(str(value) for value in values))
    raise SeedListError(
        f"{path}: {f'more than one {key}: {found}' if values else f'no {key}'}",
        hint=f"exactly one {key} must stand in the list or in what it includes",
    )


def _with_includes(path: Path, above: tuple[Path, ...]) -> list[tuple[Path, _ListFile]]:
    path = path.resolve()
    if path in above:
        chain = " includes ".join(file.name for file in (*above, path))
        raise SeedListError(f"{path} includes itself", why=chain)
    content = _read(path)
    found = [(path, content)]
    for include in content.include:
        found += _with_includes(path.parent / include, (*above, path))
    return found


def _read(path: Path) -> _ListFile:
    try:
        content = msgspec.toml.decode(path.read_bytes(), type=_ListFile)
    except OSError as exc:
        raise SeedListError(
            f"cannot read the package list {path}", why=str(exc), hint="the lists lie in infra/seed"
        ) from exc
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise SeedListError(
            f"{path} is no package list", why=str(exc), hint="keys are suite, names, include, packages, [[local]] spec"
        ) from exc
    for name in content.packages:
        if not name or not all(character.isalnum() or character in "+.-" for character in name) or name[0] in "+.-":
            raise SeedListError(f"{path}: {name[:80]!r} is no Debian package name")
    return content
