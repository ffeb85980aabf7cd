"""Packages that one sandbox converts one after the other: the cost of starting it is shared."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from farm.nevra import Nevra
from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.job import Job, Result, write_jobs
from workers.seed.converter_code import PACKAGE
from workers.seed.converter_sandbox import ConverterSandbox, converter_sandbox
from workers.seed.deb_file import DebFile
from workers.seed.package_pool import PackagePool, PooledRpm
from workers.seed.seed_error import SeedError
from workers.seed.seed_paths import SeedPaths

Finished = Callable[[DebFile, PooledRpm | str], None]
"""Told what became of a package: its RPM, or why there is none."""

_FIXED_COST = 2 * 2**20
"""What a package costs besides its size, in bytes of a large one."""
_BATCHES_PER_WORKER = 6
_TAIL = 2000


class StoppedError(Exception):
    """Somebody asked the conversion to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Packages for one sandbox, each with its conversion key and job."""

    root: Path
    jobs: Sequence[tuple[DebFile, str, Job]]
    paths: SeedPaths


def batches(debs: Iterable[DebFile], workers: int) -> Iterator[list[DebFile]]:
    """Yield batches of about equal cost, the largest packages first: the last to end are then small."""
    ordered = sorted(debs, key=lambda deb: (-deb.size, deb))
    target = sum(deb.size + _FIXED_COST for deb in ordered) / max(1, workers * _BATCHES_PER_WORKER)
    batch: list[DebFile] = []
    cost = 0
    for deb in ordered:
        batch.append(deb)
        cost += deb.size + _FIXED_COST
        if cost >= target:
            yield batch
            batch, cost = [], 0
    if batch:
        yield batch


def run_batch(batch: Batch, finished: Finished, stop: Event) -> None:
    """Convert the packages of a batch, handing over each as soon as it is done.

    Raises:
        SeedError: the disk is full.
        InfrastructureError: the sandbox cannot be had.
    """
    with converter_sandbox(batch.root, source=batch.paths.debs, scratch=batch.paths.scratch) as sandbox:
        receiver = _Receiver(batch, sandbox, finished, stop)
        jobs = sandbox.write("jobs.json", write_jobs(receiver.jobs()))
        try:
            result = sandbox.run(PACKAGE, [jobs, f"{sandbox.work}/build"], receiver.receive)
        except StoppedError:
            return
        ended = "ran out of time" if result.timed_out else f"ended with status {result.status}"
        receiver.fail_rest(f"the converter {ended} without saying more: {receiver.talk()}")


class _Receiver:
    """Reads the converter's output line by line and moves finished packages into the pool."""

    def __init__(self, batch: Batch, sandbox: ConverterSandbox, finished: Finished, stop: Event) -> None:
        self.pool = PackagePool(batch.paths.pool)
        self.sandbox = sandbox
        self.finished = finished
        self.stop = stop
        self.open = {f"{key}.rpm": (deb, key, job) for deb, key, job in batch.jobs}
        self.rest = b""
        self.said: list[str] = []

    def jobs(self) -> list[Job]:
        return [
            replace(
                job,
                deb=f"{self.sandbox.input}/{deb.filename}",
                output=f"{self.sandbox.work}/output/{name}",
            )
            for name, (deb, _, job) in self.open.items()
        ]

    def receive(self, piece: bytes) -> None:
        if self.stop.is_set():
            raise StoppedError
        *lines, self.rest = (self.rest + piece).split(b"\n")
        for line in lines:
            self._line(line.decode(errors="replace"))

    def talk(self) -> str:
        return "\n".join(self.said)[-_TAIL:]

    def fail_rest(self, why: str) -> None:
        for deb, _, _ in self.open.values():
            self.finished(deb, why)

    def _line(self, line: str) -> None:
        try:
            result = Result.parse(line)
        except ConversionError as exc:
            self.said.append(str(exc))
            return
        if result is None:
            self.said.extend([line] if line else [])
            return
        name = Path(result.output).name
        entry = self.open.pop(name, None)
        if entry is not None:
            deb, key, _ = entry
            self.finished(deb, self._outcome(result, key, name))

    def _outcome(self, result: Result, key: str, name: str) -> PooledRpm | str:
        if result.no_space:
            raise SeedError("no space is left to convert packages in", why=result.error, hint="free some memory")
        if result.error:
            return result.error
        source = self.sandbox.workspace / "output" / name
        try:
            nevra = Nevra.parse(result.nevra)
            return self.pool.add(key, source, filename=nevra.filename, nevra=str(nevra), epoch=result.epoch)
        except OSError as exc:
            raise SeedError(
                f"cannot write to {self.pool.root}", why=str(exc), hint="free some space and run it again"
            ) from exc
        finally:
            source.unlink(missing_ok=True)
