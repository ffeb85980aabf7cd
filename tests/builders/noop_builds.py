"""Builds that do nothing, carried to Ray as the farm carries its own: for benches."""

from collections.abc import Mapping, Sequence

from builders.builds import built_rpm, digest

from farm.arch import host_arch
from farm.build import BuildOutcome, BuildResult
from scheduler.executor import BuildDone, ExplainDone, Lost
from scheduler.ray_answers import RayAnswers
from scheduler.ray_library import RayError, ray
from scheduler.worker_node import Place, WorkerNode
from workers.tasks import BuildTask, ExplainTask

ARCH = host_arch()
AT_ONCE = 64


def no_op(task: BuildTask) -> BuildResult:
    """Answer as a build does that made nothing."""
    inputs = task.request.inputs
    return BuildResult(
        build_id=inputs.build_id,
        component=inputs.component,
        arch=inputs.arch,
        variation=task.request.variation,
        outcome=BuildOutcome.SUCCEEDED,
        rpms=(built_rpm(f"{inputs.component}-1-1.{inputs.arch}"),),
        log=digest("log"),
        worker="bench",
        started="2026-01-01T00:00:00.000Z",
        seconds=0.0,
        rpmbuild_seconds=0.0,
        cause=None,
    )


remote_no_op = ray.remote(max_retries=0, num_cpus=1)(no_op)


class NoOpExecutor:
    """Carries tasks to Ray as the farm does.

    Args:
        keeps: keep the tasks, so that they can be run again.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        self.tasks: list[BuildTask] = []
        self._keeps = keeps
        self._answers = RayAnswers()

    def workers(self) -> Sequence[WorkerNode]:
        """Return one machine with many slots: the builds need no CPU."""
        return (WorkerNode(name="here", cpus=AT_ONCE, slots=((ARCH, AT_ONCE),)),)

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        """Start a task."""
        del key, place
        if self._keeps:
            self.tasks.append(task)
        self._answers.watch(remote_no_op.remote(task), lambda answer: done(_or_lost(answer)))

    def want_slots(self, wanted: Mapping[str, int]) -> None:
        """Nothing grows here."""

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        """Never asked for: equal builds need no explanation."""
        raise NotImplementedError

    def cancel(self, key: str) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Wait for nothing more."""
        self._answers.stop()


def _or_lost(answer: BuildResult | RayError) -> BuildResult | Lost:
    """An error raised here would end the thread that brings answers, and the bench would wait for ever."""
    return Lost(why=str(answer)) if isinstance(answer, RayError) else answer
