"""Repository metadata on its way into libsolv: as plain, checked bytes, through files in memory.

The bindings end the process where they are handed None (a file that could not be opened): they are given no path.
"""

import os
from functools import lru_cache

import solv

from farm.errors import InfrastructureError
from scheduler.dependency_limits import check_dependencies
from scheduler.metadata_file import MetadataInvalidError
from scheduler.metadata_xml import check_text


class SolvError(InfrastructureError):
    """libsolv does not do what its wrapper relies on."""

    code = "SLV004"


def add_primary(pool: solv.Pool, loaded: solv.Repo, primary: bytes, where: str) -> None:
    """Add packages to a repository of a pool, from its primary metadata.

    Raises:
        MetadataInvalidError: it is not what a build may be solved from.
    """
    check_text(primary, where)
    check_dependencies(primary, where)
    _add(pool, loaded, primary, where, language=None, flags=0)


def add_primary_again(loaded: solv.Repo, primary: bytes, where: str) -> None:
    """Do the same with metadata that is used over and over: it is checked and parsed the first time alone.

    Raises:
        MetadataInvalidError: it is not what a build may be solved from.
    """
    stream = _memory_file(_binary_form(primary, where))
    good = loaded.add_solv(stream)
    stream.close()
    if not good:
        raise SolvError(f"libsolv cannot read what it wrote of {where}")


def add_filelists(pool: solv.Pool, loaded: solv.Repo, data: bytes, where: str) -> None:
    """Add complete file lists to the packages of a repository.

    Raises:
        MetadataInvalidError: they cannot be parsed.
    """
    check_text(data, where)
    _add(pool, loaded, data, where, language="FL", flags=solv.Repo.REPO_EXTEND_SOLVABLES)


@lru_cache(maxsize=8)
def _binary_form(primary: bytes, where: str) -> bytes:
    """Return checked metadata as libsolv keeps it: read in a fraction of the time.

    It depends on the metadata alone, as all that is solved from it must: the first use is like every other one.
    """
    pool = solv.Pool()
    loaded = pool.add_repo(where)
    add_primary(pool, loaded, primary, where)
    descriptor = os.memfd_create("solv")
    try:
        stream = solv.xfopen_fd("", descriptor, "w")
        good = stream is not None and loaded.write(stream) and stream.close()
        os.lseek(descriptor, 0, os.SEEK_SET)
        with open(descriptor, "rb", closefd=False) as written:
            data = written.read()
    finally:
        os.close(descriptor)
    if not good:
        raise SolvError(f"libsolv cannot write {where}")
    return data


def _add(pool: solv.Pool, loaded: solv.Repo, data: bytes, where: str, *, language: str | None, flags: int) -> None:
    stream = _memory_file(data)
    good = loaded.add_rpmmd(stream, language, flags)
    stream.close()
    if not good:
        raise MetadataInvalidError(f"{where} cannot be parsed", why=" ".join(pool.errstr.split()))


def _memory_file(data: bytes) -> solv.SolvFp:
    """Return libsolv's own handle on a memory file: it duplicates the descriptor."""
    descriptor = os.memfd_create("metadata")
    try:
        with open(descriptor, "wb", closefd=False) as stream:
            stream.write(data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        handle = solv.xfopen_fd(None, descriptor)
    finally:
        os.close(descriptor)
    if handle is None:
        raise SolvError("libsolv cannot open a memory file")
    return handle
