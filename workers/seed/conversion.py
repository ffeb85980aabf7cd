"""Conversion of many packages: only what is new, on all CPUs, each finished one kept at once."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock

from farm.arch import Arch
from farm.canonical import identity
from workers.seed.conversion_batch import Batch, batches, run_batch
from workers.seed.converter.job import Job
from workers.seed.converter_code import code_digest
from workers.seed.deb_file import DebFile
from workers.seed.name_table import NameTable
from workers.seed.package_pool import PackagePool, PooledRpm
from workers.seed.seed_error import ConversionFailedError
from workers.seed.seed_paths import SeedPaths

Progress = Callable[[int, int], object]
"""Told how many of how many packages are done."""
_NAMED_FAILURES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """How packages are converted.

    Attributes:
        arch: architecture of the repository.
        names: table of Fedora names.
        root: the converter root; `rpm` the version of rpm in it.
    """

    arch: Arch
    names: NameTable
    root: Path
    rpm: str

    def job(self, deb: DebFile) -> Job:
        """Return what the converter is asked; paths are left to the batch."""
        row = self.names.row(deb.package)
        return Job(
            deb="",
            output="",
            arch=self.arch.name,
            debian_arch=self.arch.debian,
            isa=self.arch.isa,
            triplet=self.arch.triplet,
            python=self.names.python,
            names=list(row.names),
            provides=list(row.provides),
            requires=list(row.requires),
            ignored=list(self.names.ignored),
        )

    def key(self, deb: DebFile) -> str:
        """Return the identity of everything that reaches the RPM's bytes.

        A package for all architectures comes out the same for each, so the architecture is left out of its key.
        """
        row = self.names.row(deb.package)
        return identity(
            "seed-conversion",
            {
                "deb": deb.digest,
                "code": code_digest(),
                "rpm": self.rpm,
                "arch": "" if deb.is_for_all else self.arch.name,
                "row": row,
                "ignored": self.names.ignored,
                "python": self.names.python,
            },
        )


def convert_all(
    conversion: Conversion, debs: Sequence[DebFile], *, paths: SeedPaths, progress: Progress
) -> dict[DebFile, PooledRpm]:
    """Return the RPM of each package, converting those that the pool does not have intact.

    May be interrupted any time: what was finished stays.

    Raises:
        ConversionFailedError: packages could not be converted; all others were.
        SeedError: the disk is full.
    """
    pool = PackagePool(paths.pool)
    keys = {deb: conversion.key(deb) for deb in debs}
    found = _find(pool, keys)
    missing = [deb for deb in debs if deb not in found]
    done = Lock()
    total = len(missing)
    failures: dict[str, str] = {}

    def finished(deb: DebFile, outcome: PooledRpm | str) -> None:
        with done:
            if isinstance(outcome, str):
                failures[deb.filename] = outcome
            else:
                found[deb] = outcome
            progress(total - sum(each not in found for each in missing), total)

    jobs = {deb: conversion.job(deb) for deb in missing}
    workers = len(os.sched_getaffinity(0))
    _run(
        [
            Batch(root=conversion.root, jobs=[(deb, keys[deb], jobs[deb]) for deb in group], paths=paths)
            for group in batches(missing, workers)
        ],
        workers,
        finished,
    )
    if failures:
        _fail(failures)
    return found


def _find(pool: PackagePool, keys: dict[DebFile, str]) -> dict[DebFile, PooledRpm]:
    with ThreadPoolExecutor() as readers:
        records = readers.map(pool.find, keys.values())
        return {deb: record for deb, record in zip(keys, records, strict=True) if record is not None}


def _run(work: Sequence[Batch], workers: int, finished: Callable[[DebFile, PooledRpm | str], None]) -> None:
    stop = Event()
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="convert") as executor:
        futures = [executor.submit(run_batch, batch, finished, stop) for batch in work]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
            executor.shutdown(cancel_futures=True)
    for future in futures:
        if not future.cancelled():
            future.result()


def _fail(failures: dict[str, str]) -> None:
    named = [f"{name}: {failures[name]}" for name in sorted(failures)]
    more: Iterable[str] = [f"and {len(named) - _NAMED_FAILURES} more"] if len(named) > _NAMED_FAILURES else []
    raise ConversionFailedError(
        f"{len(named)} Debian packages cannot be converted",
        why="\n".join([*named[:_NAMED_FAILURES], *more]),
        hint="take the package out of the list, or teach workers/seed/converter the case",
    )
