"""One build attempt: a source RPM, a buildroot and surroundings in; RPMs, a log and an outcome out."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from farm.build import BuildInputs, BuildLimits, BuildOutcome, BuildResult, BuiltRpm, FailureCause, Variation
from farm.clock import Clock, timestamp
from farm.digest import digest_bytes
from farm.errors import FarmError, InfrastructureError
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.peak import Peak
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Sink
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build_disk import BuildDisk, check_room
from workers.build_ending import cause_of
from workers.build_log import BuildLog
from workers.build_sandbox import target
from workers.built_rpms import BadRpmsError, take_rpms
from workers.unpacked import Unpacked, unpacked
from workers.variation import directory_seed

_HOST_RESERVE_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """What to build, and in which surroundings.

    Attributes:
        cpus: cores that are set aside for it; how many it sees, the variation says.
    """

    inputs: BuildInputs
    source_rpm: SourceRpm
    variation: Variation
    limits: BuildLimits
    cpus: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """How the attempt ended, as far as the build itself goes."""

    outcome: BuildOutcome
    rpms: tuple[BuiltRpm, ...] = ()
    cause: FailureCause | None = None
    rpmbuild_seconds: float = 0.0
    memory_bytes: int = 0
    disk_bytes: int = 0


def build_rpm(
    request: BuildRequest,
    *,
    root: Path,
    store: ArtifactStore,
    scratch: Path,
    worker: str,
    sink: Sink | None,
    clock: Clock,
) -> BuildResult:
    """Build once. Whatever goes wrong is a result: the build's own fault is a failure, the farm's an infra-error.

    Args:
        root: the opened buildroot of the build's lock, which satisfies its BuildRequires.
        scratch: directory for the build's disk.
        worker: name of this worker.
        sink: gets the log while it grows, in whole lines.
    """
    started, began = clock.now(), clock.monotonic()
    ending = _Ending(outcome=BuildOutcome.INFRA_ERROR)
    log_digest = digest_bytes(b"")
    try:
        with claimed_directory(scratch, "build-log") as directory, BuildLog(directory / "log", sink) as log:
            ending = _attempt(request, log, root=root, store=store, scratch=scratch, started=started)
            log_digest = log.keep(store)
    except (FarmError, OSError) as exc:
        ending = _Ending(outcome=BuildOutcome.INFRA_ERROR, cause=_infrastructure_cause(exc))
    return BuildResult(
        build_id=request.inputs.build_id,
        component=request.inputs.component,
        arch=request.inputs.arch,
        variation=request.variation,
        outcome=ending.outcome,
        rpms=ending.rpms,
        log=log_digest,
        worker=worker,
        started=timestamp(started),
        seconds=clock.monotonic() - began,
        rpmbuild_seconds=ending.rpmbuild_seconds,
        cause=ending.cause,
        memory_bytes=ending.memory_bytes,
        disk_bytes=ending.disk_bytes,
        cpus=request.cpus,
    )


def _attempt(
    request: BuildRequest, log: BuildLog, *, root: Path, store: ArtifactStore, scratch: Path, started: datetime
) -> _Ending:
    """Build on a disk of its own; a fault of the farm's becomes an ending here, so that the log is kept."""
    _announce(request, log)
    try:
        with unpacked(
            request.source_rpm,
            root=root,
            arch=request.inputs.arch,
            variation=request.variation,
            limits=request.limits,
            directory_seed=directory_seed(request.inputs.build_id, request.variation),
            store=store,
            scratch=scratch,
            started=int(started.timestamp()),
        ) as ready:
            with Peak(ready.disk.used_bytes) as disk:
                result = _rpmbuild(request, ready, log)
            ending = _ending(request, result, log, disk=ready.disk, store=store, scratch=scratch)
            return replace(ending, memory_bytes=result.memory_bytes, disk_bytes=disk.bytes)
    except (InfrastructureError, OSError) as exc:
        cause = _infrastructure_cause(exc)
        log.say(cause.summary)
        return _Ending(outcome=BuildOutcome.INFRA_ERROR, cause=cause)


def _announce(request: BuildRequest, log: BuildLog) -> None:
    varied = request.variation
    log.say(f"{request.source_rpm.nevra.filename} for {request.inputs.arch}, build id {request.inputs.build_id}")
    log.say(
        f"{varied.name} build: host {varied.hostname}, clock {varied.time_offset:+d} s, umask {varied.umask:04o}, "
        f"locale {varied.locale}, time zone {varied.timezone}, CPUs {varied.cpus or 'all'}, user {varied.user}"
    )


def _rpmbuild(request: BuildRequest, ready: Unpacked, log: BuildLog) -> SandboxResult:
    """Run rpmbuild. BuildRequires are not asked of the buildroot's rpm database: the lock satisfies them.

    What the build leaves on its disk goes with the disk, so `%clean` need not run.
    """
    argv = ["rpmbuild", "-bb", "--nodeps", "--noclean", "--target", target(request.inputs.arch), ready.spec]
    return run_in_sandbox(ready.dated_sandbox(request.inputs.epoch), argv, sink=log.write)


def _ending(
    request: BuildRequest, result: SandboxResult, log: BuildLog, *, disk: BuildDisk, store: ArtifactStore, scratch: Path
) -> _Ending:
    check_room(scratch, _HOST_RESERVE_BYTES)
    if not result.ok:
        return _Ending(
            outcome=BuildOutcome.TIMED_OUT if result.timed_out else BuildOutcome.FAILED,
            cause=cause_of(result, request.limits, log.whole(), disk.inside),
            rpmbuild_seconds=result.seconds,
        )
    try:
        rpms = take_rpms(disk, request.source_rpm, request.inputs.arch, request.limits, store)
    except BadRpmsError as exc:
        log.say(exc.what)
        cause = FailureCause(category="bad-output", summary=exc.what, lines=_lines(exc), first_line=0)
        return _Ending(outcome=BuildOutcome.FAILED, cause=cause, rpmbuild_seconds=result.seconds)
    return _Ending(outcome=BuildOutcome.SUCCEEDED, rpms=rpms, rpmbuild_seconds=result.seconds)


def _infrastructure_cause(error: FarmError | OSError) -> FailureCause:
    if isinstance(error, FarmError):
        return FailureCause(category="infrastructure", summary=error.what, lines=_lines(error), first_line=0)
    return FailureCause(category="infrastructure", summary=f"the worker failed: {error}", lines=(), first_line=0)


def _lines(error: FarmError) -> tuple[str, ...]:
    return tuple(line for line in (*error.why.splitlines()[:8], error.hint) if line)
