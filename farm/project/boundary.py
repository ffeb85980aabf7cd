"""Keeps every path that a project names inside the project, and finds files by glob within that."""

import os
from collections.abc import Sequence
from pathlib import Path

from farm.project.errors import OutsideProjectError
from farm.project.file_glob import find_files
from farm.project.footprint import Footprint
from farm.project.glob_pattern import escape_glob


class Boundary:
    """The directories that a project's files may lie in.

    Args:
        footprint: takes note of what is searched.
    """

    def __init__(self, roots: Sequence[Path], footprint: Footprint | None = None) -> None:
        self._roots = tuple(_real(root, root) for root in roots)
        self.footprint = footprint or Footprint()

    def join(self, directory: Path, text: str, said_at: object) -> Path:
        """Return an absolute path for one that a file says, `..` resolved.

        Raises:
            OutsideProjectError: it leads out of the project.
        """
        path = Path(os.path.normpath(directory / text))
        if "\0" in text or not self._contains(path):
            raise _outside(text, said_at)
        return path

    def resolve(self, path: Path, said_at: object) -> Path:
        """Return an existing file's path without symbolic links.

        Raises:
            OutsideProjectError: links lead out of the project, or in a circle.
            FileNotFoundError: there is no such file.
        """
        real = _real(path, said_at)
        if not any(real.is_relative_to(root) for root in self._roots):
            raise _outside(str(path), said_at)
        return real

    def glob(self, directory: Path, pattern: str, said_at: object) -> list[Path]:
        """Return the files that a glob matches, in azldev's order.

        Raises:
            BadGlobError: it is no glob.
            OutsideProjectError: the pattern or a match leads out of the project.
        """
        self.join(directory, pattern, said_at)
        absolute = os.path.normpath(os.path.join(escape_glob(str(directory)), pattern))  # noqa: PTH118 - a glob is no path
        found = find_files(absolute, self.footprint, self._is_inside)
        for path in found:
            self._resolve_match(path, said_at)
        return found

    def _resolve_match(self, path: Path, said_at: object) -> None:
        try:
            self.resolve(path, said_at)
        except FileNotFoundError as exc:
            raise OutsideProjectError(
                f"cannot follow {path}", why=f"{said_at}: it is a link to nothing", hint="mend the symbolic link"
            ) from exc

    def _is_inside(self, real: str) -> bool:
        path = Path(real)
        return any(path.is_relative_to(root) for root in self._roots)

    def _contains(self, path: Path) -> bool:
        if any(path.is_relative_to(root) for root in self._roots):
            return True
        try:
            real = path.resolve()
        except (OSError, RuntimeError):
            return False
        return any(real.is_relative_to(root) for root in self._roots)


def _real(path: Path, said_at: object) -> Path:
    try:
        return path.resolve(strict=True)
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError, ValueError) as exc:
        raise OutsideProjectError(
            f"cannot follow {path}", why=f"{said_at}: {exc}", hint="mend the symbolic link"
        ) from exc


def _outside(path: str, said_at: object) -> OutsideProjectError:
    return OutsideProjectError(
        "a path leads out of the project", why=f"{said_at}: {path!r}", hint="keep everything below azldev.toml"
    )
