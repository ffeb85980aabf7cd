"""Takes the files that a build made out of its disk, when nothing runs there any more.

Everything on it was written by the build: a directory may be a link to `/etc`, a file a terabyte of holes,
a name a line of terminal commands. No link is followed, and everything is counted.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from farm.errors import BuildError
from farm.nevra import Nevra, NevraError

_MOST_ENTRIES = 20_000
_MOST_DEPTH = 2
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class BadOutputError(BuildError):
    """A build left something where its packages belong that is no package."""

    code = "BLD020"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a build may hand out: number of packages, and bytes of all of them."""

    files: int = 2_000
    total_bytes: int = 8 * 2**30


def collect_rpms(inside: Path, place: str, bounds: Bounds) -> tuple[Path, ...]:
    """Move the RPM files below a directory of a build disk to a directory of the farm's, and return them, sorted.

    Args:
        inside: the disk, on the host.
        place: the directory below it, such as `build/RPMS`; its files may lie one directory deeper, as rpm puts them.

    Raises:
        BadOutputError: there is something else, or too much of it.
    """
    taken = inside / "taken"
    _make(taken)
    target = os.open(taken, _OPEN | os.O_DIRECTORY)
    try:
        source = _descend(inside, place)
        if source is None:
            return ()
        try:
            _Collector(bounds=bounds, target=target).take(source)
        finally:
            os.close(source)
    finally:
        os.close(target)
    return tuple(sorted(taken.iterdir()))


def _make(taken: Path) -> None:
    """Make the farm's directory, whatever the build has put at its place."""
    try:
        with suppress(FileNotFoundError):
            taken.rename(taken.with_name("taken-by-the-build"))
        taken.mkdir()
        taken.chmod(0o755)
    except OSError as exc:
        raise BadOutputError("the build has left its disk unusable", why=str(exc)) from exc


def _descend(inside: Path, place: str) -> int | None:
    """Open a directory without following a link; None where there is nothing of that name."""
    current = os.open(inside, _OPEN | os.O_DIRECTORY)
    for name in place.split("/"):
        try:
            below = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=current)
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise BadOutputError(f"the build has made /builddir/{place} something else than a directory") from exc
        finally:
            os.close(current)
        current = below
    return current


@dataclass(slots=True, kw_only=True)
class _Collector:
    """Counts while it walks."""

    bounds: Bounds
    target: int
    entries: int = 0
    files: int = 0
    bytes: int = 0

    def take(self, directory: int, depth: int = 0) -> None:
        for entry in self._scan(directory):
            if entry.is_dir(follow_symlinks=False) and depth + 1 < _MOST_DEPTH:
                below = os.open(entry.name, _OPEN | os.O_DIRECTORY, dir_fd=directory)
                try:
                    self.take(below, depth + 1)
                finally:
                    os.close(below)
            else:
                self._take_file(entry, directory)

    def _scan(self, directory: int) -> Iterator[os.DirEntry[str]]:
        found = []
        with os.scandir(directory) as entries:
            for entry in entries:
                self.entries += 1
                if self.entries > _MOST_ENTRIES:
                    raise BadOutputError(f"the build has left more than {_MOST_ENTRIES} entries among its packages")
                found.append(entry)
        yield from sorted(found, key=lambda entry: entry.name)

    def _take_file(self, entry: os.DirEntry[str], directory: int) -> None:
        status = entry.stat(follow_symlinks=False)
        _check_name(entry.name)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise BadOutputError(f"the build has left {entry.name} as something else than a plain file")
        self.files += 1
        self.bytes += status.st_size
        if self.files > self.bounds.files:
            raise BadOutputError(f"the build has made more than {self.bounds.files} packages")
        if self.bytes > self.bounds.total_bytes:
            raise BadOutputError(
                f"the packages of the build are larger than {self.bounds.total_bytes >> 20} MiB", why=entry.name
            )
        os.rename(entry.name, entry.name, src_dir_fd=directory, dst_dir_fd=self.target)
        os.chmod(entry.name, 0o644, dir_fd=self.target)


def _check_name(name: str) -> None:
    shown = repr(name[:200])
    if not name.endswith(".rpm") or not name.isprintable() or not name.isascii():
        raise BadOutputError(f"the build has left {shown} among its packages", why="no name of an RPM file")
    try:
        Nevra.parse(name)
    except NevraError as exc:
        raise BadOutputError(f"the build has left {shown} among its packages", why="no name of an RPM file") from exc
