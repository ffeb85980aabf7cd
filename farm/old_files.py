"""Lets go of files of a cache that were written long ago."""

from contextlib import suppress
from pathlib import Path


def remove_old(directory: Path, pattern: str, *, older_than: float, dry_run: bool) -> list[Path]:
    """Remove the files below a directory that were written before a time (seconds since 1970); return them, sorted.

    What is still of use is made again: that is cheaper than noting every use.
    """
    found = []
    for path in sorted(directory.glob(pattern)):
        with suppress(OSError):
            if path.stat().st_mtime < older_than:
                if not dry_run:
                    path.unlink()
                found.append(path)
    return found
