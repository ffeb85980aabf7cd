"""What stands for the content of the files that a project names."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from farm.digest import digest_bytes, digest_file
from farm.project.boundary import Boundary
from farm.project.errors import OutsideProjectError
from farm.sources.local_source import read_local_source

ABSENT = "absent"
MOCK_SUFFIXES = (".cfg", ".tpl")


class Contents(Protocol):
    """Knows files by their path."""

    def file(self, path: Path) -> str:
        """Return what stands for a file's content: equal texts, equal bytes; `absent` where there is no file."""
        ...

    def directory(self, spec: Path) -> Mapping[str, str]:
        """Return the same for all files of a local spec's directory, by relative path."""
        ...

    def mock_files(self, path: Path) -> Mapping[str, str]:
        """Return the same for a mock configuration and those beside it, which it may include, by name."""
        ...


class WorkTreeContents:
    """Files as they are now, by their sha256.

    Args:
        roots: directories that paths may lead to.
    """

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._boundary = Boundary(roots)
        self._digest = lru_cache(maxsize=4096)(digest_file)

    def file(self, path: Path) -> str:
        """Return a file's sha256."""
        try:
            return self._digest(self._boundary.resolve(path, path))
        except (OSError, OutsideProjectError):
            return ABSENT

    def directory(self, spec: Path) -> Mapping[str, str]:
        """Return the sha256 of the files of a local spec's directory.

        Raises:
            LocalSourceError: there is no spec, or something in the directory is no plain file.
        """
        return {name: digest_bytes(data) for name, data in read_local_source(spec).items()}

    def mock_files(self, path: Path) -> Mapping[str, str]:
        """Return the sha256 of a mock configuration and of those beside it."""
        if not path.parent.is_dir():
            return {}
        names = sorted(found.name for found in path.parent.iterdir() if found.suffix in MOCK_SUFFIXES)
        return {name: self.file(path.parent / name) for name in names}
