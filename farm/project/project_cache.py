"""Keeps loaded projects, so that one of which nothing changed need not be read again.

An entry counts only where every file that was read, every directory that was searched and every place where nothing
was is as it was then. It is believed only where this user wrote it, and nobody else could: it is data, never code.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from farm.arch import host_arch
from farm.clock import Clock, SystemClock
from farm.project.footprint import Footprint, Stamp, is_unchanged, newest_change
from farm.project.model import Project
from farm.project.root import find_root
from farm.project.stored_project import StoredProjectError, decode_project, encode_project
from farm.project.user_config import user_config_file

_MAGIC = b"farm project 1\n"
_DIGEST_BYTES = hashlib.sha256().digest_size
_LENGTH_BYTES = 8
_SETTLED_NS = 2 * 10**9
"""A file changed less than this before it was read may change again within the file system's idea of a moment."""

_MOST_ENTRIES = 50
_ABANDONED_SECONDS = 3600
_CODE = (Path(__file__).parent, Path(__file__).parents[1] / "overlay", Path(__file__).parents[1] / "sources")
_Stamps = dict[str, Stamp | None]


class ProjectCache:
    """Loaded projects in a directory.

    Args:
        directory: made where it is not there; every file in it may be removed at any time.
    """

    def __init__(self, directory: Path, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()

    def load(self, start: Path, *, config_files: Sequence[Path] = ()) -> Project:
        """Load the project around a directory, as `load_project` does.

        Raises:
            ProjectError: there is no project, or something in it is wrong.
        """
        root = find_root(start).resolve()
        entry = self._directory / f"{_key(root, config_files)}.project"
        known = self._read(entry)
        return known if known is not None else self._load_anew(root, config_files, entry)

    def _load_anew(self, root: Path, config_files: Sequence[Path], entry: Path) -> Project:
        from farm.project.loader import load_project  # noqa: PLC0415 - what is cached needs none of it

        began = int(self._clock.now().timestamp() * 10**9)
        footprint = Footprint()
        for directory in _CODE:
            for path in sorted(directory.glob("*.py")):
                footprint.note(path)
        project = load_project(root, config_files=config_files, footprint=footprint)
        stamps = footprint.stamps()
        if newest_change(stamps.values()) + _SETTLED_NS < began:
            with suppress(OSError, UnicodeError):
                self._write(entry, _pack(stamps, project))
        return project

    def _read(self, entry: Path) -> Project | None:
        data = self._own_bytes(entry)
        head = len(_MAGIC) + _DIGEST_BYTES
        if data is None or not data.startswith(_MAGIC):
            return None
        body = memoryview(data)[head:]
        if hashlib.sha256(body).digest() != data[len(_MAGIC) : head]:
            return None
        length = int.from_bytes(body[:_LENGTH_BYTES], "big")
        try:
            stamps = msgspec.msgpack.decode(body[_LENGTH_BYTES : _LENGTH_BYTES + length], type=_Stamps)
            return decode_project(body[_LENGTH_BYTES + length :]) if is_unchanged(stamps.items()) else None
        except (msgspec.DecodeError, StoredProjectError):
            return None

    def _own_bytes(self, entry: Path) -> bytes | None:
        """Read an entry that this user wrote, and that nobody else could have."""
        try:
            if not _is_private(self._directory.stat()):
                return None
            descriptor = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
                status = os.fstat(descriptor)
                return file.read() if stat.S_ISREG(status.st_mode) and _is_private(status) else None
        except OSError:
            return None

    def _write(self, entry: Path, data: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._tidy()
        descriptor, name = tempfile.mkstemp(dir=self._directory, suffix=".part")
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
                file.write(data)
            Path(name).replace(entry)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Remove what killed processes left, and the oldest entries where there are too many."""
        abandoned = self._clock.now().timestamp() - _ABANDONED_SECONDS
        for changed, part in self._by_age("*.part"):
            if changed < abandoned:
                part.unlink(missing_ok=True)
        entries = self._by_age("*.project")
        for _, old in entries[: max(0, len(entries) - _MOST_ENTRIES + 1)]:
            old.unlink(missing_ok=True)

    def _by_age(self, pattern: str) -> list[tuple[float, Path]]:
        """Return files with the time of their change, the oldest first; other processes may remove some meanwhile."""
        found = []
        for path in list(self._directory.glob(pattern)):
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path))
        return sorted(found)


def _key(root: Path, config_files: Sequence[Path]) -> str:
    """Name what decides which files are read, and how."""
    parts = [host_arch(), str(user_config_file()), str(root), *(str(path.absolute()) for path in config_files)]
    return hashlib.sha256(b"\0".join(os.fsencode(part) for part in parts)).hexdigest()


def _pack(stamps: _Stamps, project: Project) -> bytes:
    noted = msgspec.msgpack.encode(stamps)
    body = len(noted).to_bytes(_LENGTH_BYTES, "big") + noted + encode_project(project)
    return _MAGIC + hashlib.sha256(body).digest() + body


def _is_private(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
