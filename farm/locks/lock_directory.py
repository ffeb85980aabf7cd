"""The directory of a project's lock files."""

import os
from collections.abc import Container
from pathlib import Path

from farm.identity import random_name
from farm.locks.errors import LockFileError
from farm.locks.lock_file import SUFFIX, Lock, format_lock, read_lock

_ROOM = 255 - len(SUFFIX)


class LockDirectory:
    """Lock files by component; a file is replaced whole."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def directory(self) -> Path:
        """Where they lie."""
        return self._directory

    def path(self, component: str) -> Path:
        """Return where a component's lock is kept.

        Raises:
            LockFileError: the component's name can be no file name.
        """
        if component in ("", ".", "..") or not component.isprintable() or "/" in component or len(component) > _ROOM:
            raise LockFileError("a component's name can be no file name", why=repr(component))
        return self._directory / f"{component}{SUFFIX}"

    def read(self, component: str) -> Lock | None:
        """Return a component's lock; None where it has none.

        Raises:
            LockFileError: the file cannot be used.
        """
        path = self.path(component)
        return read_lock(path) if os.path.lexists(path) else None

    def write(self, component: str, lock: Lock) -> None:
        """Write a component's lock."""
        path = self.path(component)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{random_name('lock')}")
        try:
            fresh.write_text(format_lock(lock), encoding="utf-8")
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def remove(self, component: str) -> None:
        """Remove a component's lock."""
        self.path(component).unlink(missing_ok=True)

    def orphans(self, components: Container[str]) -> list[str]:
        """Return the names of lock files that no component has, sorted; hidden files and directories do not count.

        Raises:
            LockFileError: the directory cannot be read.
        """
        try:
            with os.scandir(self._directory) as entries:
                names = [
                    entry.name.removesuffix(SUFFIX)
                    for entry in entries
                    if entry.name.endswith(SUFFIX) and not entry.name.startswith(".") and not entry.is_dir()
                ]
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise LockFileError("the lock directory cannot be read", why=str(exc)) from exc
        return sorted(name for name in names if name not in components)
