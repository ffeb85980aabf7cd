"""What a worker is asked to do, as values, and the functions that do it."""

from dataclasses import dataclass
from pathlib import Path

from farm.build import BuildLimits, BuildResult
from farm.buildroot_lock import BuildrootLock
from farm.clock import SystemClock
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.verdict import RpmDifference
from workers.build import BuildRequest, build_rpm
from workers.differ import Explanation, explain
from workers.dynamic_requires import generated_requires
from workers.live_log import LiveLog
from workers.site import Site
from workers.source_rpm import build_source_rpm
from workers.spec_facts import read_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTask:
    """Build once.

    Attributes:
        live_log: file that the log can be read from while the build runs.
        cancel: a file of this attempt alone; when it appears, the worker gives the build up.
    """

    site: Site
    request: BuildRequest
    lock: BuildrootLock
    live_log: Path
    cancel: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainTask:
    """Explain why these two results of one build id differ."""

    site: Site
    differences: tuple[RpmDifference, ...]
    results: tuple[BuildResult, ...]
    limits: BuildLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTask:
    """Make what the graph needs of a component.

    Attributes:
        tools: buildroot that rpmbuild and rpmspec run in.
        makes_source_rpm: whether the source RPM is wanted.
        arches: that the spec is read for.
    """

    site: Site
    source: RenderedSource
    tools: BuildrootLock
    makes_source_rpm: bool
    arches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiresTask:
    """Run one round of `%generate_buildrequires`.

    Attributes:
        lock: buildroot that it runs in.
        epoch: SOURCE_DATE_EPOCH for a spec without a dated changelog.
    """

    site: Site
    source_rpm: SourceRpm
    lock: BuildrootLock
    limits: BuildLimits
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSource:
    """What a `SourceTask` asked for; the source RPM itself is in the artifact store."""

    source_rpm: SourceRpm | None
    facts: tuple[SpecFacts, ...]


def run_source(task: SourceTask) -> MadeSource:
    """Make a source RPM and read its spec.

    Raises:
        SpecError: rpm cannot use the spec.
        InfrastructureError: store, buildroot or sandbox failed.
    """
    store, scratch = task.site.store(), task.site.cache.scratch
    made = None
    with task.site.buildroots(store).open(task.tools) as root:
        if task.makes_source_rpm:
            made = build_source_rpm(task.source, root=root, store=store, scratch=scratch, arch=task.tools.arch)
        facts = tuple(
            read_spec(task.source, root=root, arch=arch, store=store, scratch=scratch) for arch in task.arches
        )
    return MadeSource(source_rpm=made, facts=facts)


def run_build(task: BuildTask, worker: str) -> BuildResult:
    """Build once and return the result; whatever goes wrong in the build is a result, too.

    Raises:
        FarmError: the buildroot could not be made.
    """
    store = task.site.store()
    with (
        task.site.buildroots(store).open(task.lock) as root,
        LiveLog(task.live_log) as log,
    ):
        return build_rpm(
            task.request,
            root=root,
            store=store,
            scratch=task.site.cache.scratch,
            worker=worker,
            sink=log.write,
            clock=SystemClock(),
        )


def run_explain(task: ExplainTask) -> Explanation:
    """Explain why builds differ."""
    return explain(
        task.differences,
        store=task.site.store(),
        scratch=task.site.cache.scratch,
        limits=task.limits,
        results=task.results,
    )


def run_generate(task: RequiresTask) -> tuple[str, ...]:
    """Run one round of `%generate_buildrequires` and return all BuildRequires known after it.

    Raises:
        GenerateError: a section of the spec failed.
        InfrastructureError: store, buildroot or sandbox failed.
    """
    store = task.site.store()
    with task.site.buildroots(store).open(task.lock) as root:
        return generated_requires(
            task.source_rpm,
            root=root,
            arch=task.lock.arch,
            store=store,
            scratch=task.site.cache.scratch,
            limits=task.limits,
            epoch=task.epoch,
        )
