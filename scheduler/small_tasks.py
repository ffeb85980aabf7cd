"""Who does the small tasks of a run, which need a buildroot but are no builds: this machine, or the run's cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import BoundedSemaphore

from farm.clock import SystemClock
from scheduler.remote_tasks import RemoteTasks, TaskCluster
from workers.capacity import machine_capacity
from workers.tasks import MadeSource, RequiresTask, SourceTask, run_generate, run_source


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTasks:
    """What does them, from any thread; each raises the FarmError that a task came to.

    Attributes:
        make_source: makes a source RPM and reads its spec.
        sources_at_once: how many of these are worth asking for together.
        generate: runs a round of `%generate_buildrequires`.
    """

    make_source: Callable[[SourceTask], MadeSource]
    sources_at_once: int
    generate: Callable[[RequiresTask], tuple[str, ...]]


def tasks_here() -> SmallTasks:
    """Have this machine do them. It has builds of its own: it runs as many rounds at once as it has CPUs."""
    cpus = machine_capacity().cpus
    free = BoundedSemaphore(cpus)

    def generate(task: RequiresTask) -> tuple[str, ...]:
        with free:
            return run_generate(task)

    return SmallTasks(make_source=run_source, sources_at_once=cpus, generate=generate)


def tasks_on(cluster: TaskCluster, *, source_arch: str) -> SmallTasks:
    """Have a cluster do them; this machine while no node builds for the architecture of a task.

    Args:
        source_arch: architecture that source RPMs are made on.
    """
    here, clock = tasks_here(), SystemClock()
    sources: RemoteTasks[SourceTask, MadeSource] = RemoteTasks(
        cluster.workers,
        cluster.make_source,
        names=lambda task: f"source RPM of {task.source.component}",
        arch_of=lambda task: task.tools.arch,
        here=here.make_source,
        clock=clock,
    )
    requires: RemoteTasks[RequiresTask, tuple[str, ...]] = RemoteTasks(
        cluster.workers,
        cluster.generate_requires,
        names=lambda task: f"generated BuildRequires of {task.source_rpm.component}.{task.lock.arch}",
        arch_of=lambda task: task.lock.arch,
        here=here.generate,
        clock=clock,
    )
    at_once = max(here.sources_at_once, sources.at_once(source_arch))
    return SmallTasks(make_source=sources, sources_at_once=at_once, generate=requires)
