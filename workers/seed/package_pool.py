"""Converted packages, kept by the identity of everything that reached their bytes."""

import os
import shutil
import stat
from pathlib import Path

import msgspec

from farm.canonical import encode
from farm.digest import Digest, digest_file
from farm.identity import random_name
from farm.log import get_logger

_log = get_logger()


class PooledRpm(msgspec.Struct, frozen=True, kw_only=True):
    """One converted package.

    Attributes:
        key: identity of the conversion.
        filename: the RPM's own file name; in the pool it is named after the key.
        nevra: name, epoch, version, release and architecture.
        epoch: its date, in seconds since 1970: the file's modification time.
        siblings: how many further packages the same build has made, where this is the first of them.
    """

    key: str
    filename: str
    nevra: str
    sha256: str
    size: int
    epoch: int
    siblings: int = 0


class PackagePool:
    """A directory of `<key>.rpm` with `<key>.json` beside it; an RPM without a record is not there.

    Args:
        root: the directory; it is made when it is first written to.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Return where the RPM of a key lies."""
        return self.root / f"{key}.rpm"

    def find(self, key: str) -> PooledRpm | None:
        """Return a package whose bytes are what they were, or None; damage is reported and removed."""
        record = self._record(key)
        if record is None:
            return None
        if is_intact(self.path(key), record):
            return record
        _log.warning("a cached package is damaged and is converted again", file=record.filename)
        self.remove(key)
        return None

    def add(self, key: str, source: Path, *, filename: str, nevra: str, epoch: int, siblings: int = 0) -> PooledRpm:
        """Copy an RPM into the pool; the record comes last.

        Raises:
            OSError: the source is no regular file, or the disk is full.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        temporary = self.root / f".{random_name(key[:16])}"
        try:
            _copy_regular_file(source, temporary)
            os.utime(temporary, (epoch, epoch))
            record = PooledRpm(
                key=key,
                filename=filename,
                nevra=nevra,
                sha256=digest_file(temporary),
                size=temporary.stat().st_size,
                epoch=epoch,
                siblings=siblings,
            )
            temporary.replace(self.path(key))
            _write(self.root / f"{key}.json", encode(record))
        finally:
            temporary.unlink(missing_ok=True)
        return record

    def remove(self, key: str) -> None:
        """Forget a package: first its record."""
        (self.root / f"{key}.json").unlink(missing_ok=True)
        self.path(key).unlink(missing_ok=True)

    def _record(self, key: str) -> PooledRpm | None:
        try:
            return msgspec.json.decode((self.root / f"{key}.json").read_bytes(), type=PooledRpm)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError):
            self.remove(key)
            return None


def is_intact(path: Path, record: PooledRpm) -> bool:
    """Tell whether a file is the RPM of a record, by size and digest."""
    try:
        return path.stat().st_size == record.size and digest_file(path) == Digest(record.sha256)
    except OSError:
        return False


def _copy_regular_file(source: Path, target: Path) -> None:
    """Copy what a sandbox left: never through a link that it planted."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - a descriptor, opened without following links
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{source.name} is no regular file")
        with target.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 2**20)


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{random_name(path.stem[:16])}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
