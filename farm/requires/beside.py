"""The files beside a spec that its reading depends on."""

from collections.abc import Sequence
from pathlib import Path

from farm.digest import digest_bytes
from farm.requires.reading import BesideFile, RenderedSpec

_MOST_BYTES = 2**20
"""A file that a spec includes is no larger; of larger ones, which are sources, only the size counts."""


class BesideFiles:
    """All files in the directory of a spec but the spec: code of the spec may read any of them."""

    def __init__(self, spec: RenderedSpec) -> None:
        self._directory = spec.path.parent
        self._spec = spec.path.name

    def all(self) -> tuple[BesideFile, ...]:
        """Return each as it is now, sorted."""
        return tuple(_beside_file(self._directory, name) for name in self._names())

    def still(self, files: Sequence[BesideFile], whole_directory: bool) -> bool:  # noqa: FBT001 - read off a reading
        """Tell whether files are as they were, and with `whole_directory` no other is there."""
        if whole_directory and self._names() != [file.name for file in files]:
            return False
        return all(_beside_file(self._directory, file.name) == file for file in files)

    def _names(self) -> list[str]:
        return sorted(path.name for path in self._directory.iterdir() if path.name != self._spec)


class SourceDirectory:
    """The files beside one spec, as a reader that executes nothing may read them: plain names, plain files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._touched: dict[str, BesideFile] = {}

    def read(self, name: str) -> str | None:
        """Return the text of a file; None where it is none, lies elsewhere, is a link, or is too large."""
        if not name or "/" in name or name in (".", "..") or not name.isprintable():
            return None
        path = self._directory / name
        self._touched[name] = _beside_file(self._directory, name)
        if path.is_symlink() or self._touched[name].digest is None or path.stat().st_size > _MOST_BYTES:
            return None
        return path.read_bytes().decode(errors="surrogateescape")

    def touched(self) -> tuple[BesideFile, ...]:
        """Return the files that were asked for, sorted."""
        return tuple(self._touched[name] for name in sorted(self._touched))


def _beside_file(directory: Path, name: str) -> BesideFile:
    path = directory / name
    try:
        if not path.is_file():
            return BesideFile(name=name, digest=None)
        size = path.stat().st_size
        return BesideFile(name=name, digest=digest_bytes(path.read_bytes() if size <= _MOST_BYTES else b"%d" % size))
    except OSError:
        return BesideFile(name=name, digest=None)
