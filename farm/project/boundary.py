"""Keeps every path that a project names inside the project, and finds files by glob within that."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from farm.project.errors import OutsideProjectError
from farm.project.glob_pattern import glob_matches, has_wildcard


class Boundary:
    """The directories that a project's files may lie in."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = tuple(_real(root, root) for root in roots)

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
        """Return the files that a glob matches, in lexical order of their path components.

        A wildcard does not go through a link to a directory; a link to a file counts where it stays inside.

        Raises:
            OutsideProjectError: the pattern or a match leads out of the project.
        """
        absolute = str(self.join(directory, pattern, said_at))
        if not has_wildcard(pattern) and "{" not in pattern:
            found = [path] if _is_file(path := Path(absolute)) else []
        else:
            found = [path for path in _walk(_fixed_part(absolute)) if glob_matches(absolute, str(path))]
        for path in found:
            self.resolve(path, said_at)
        return sorted(found, key=lambda path: path.parts)

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


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _outside(path: str, said_at: object) -> OutsideProjectError:
    return OutsideProjectError(
        "a path leads out of the project", why=f"{said_at}: {path!r}", hint="keep everything below azldev.toml"
    )


def _fixed_part(pattern: str) -> Path:
    parts = PurePosixPath(pattern).parts
    fixed = next((at for at, part in enumerate(parts) if any(mark in part for mark in "*?[{\\")), len(parts))
    return Path(*parts[:fixed])


def _walk(directory: Path) -> Iterator[Path]:
    """Yield all files below a directory; links to directories are not entered, so there are no loops."""
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as exc:
        raise OutsideProjectError(f"cannot search {directory}", why=str(exc)) from exc
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name != ".git":
                yield from _walk(Path(entry.path))
        elif entry.is_symlink() or entry.is_file():
            path = Path(entry.path)
            if not path.is_dir():
                yield path
