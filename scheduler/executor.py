"""What carries out builds: Ray for real, a fake in tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from farm.build import BuildResult
from scheduler.worker_node import Place, WorkerNode
from workers.differ import Explanation
from workers.tasks import BuildTask, ExplainTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A task that gave no answer.

    Attributes:
        node_died: it is not the worker process alone that died, but its node.
        worker_died: the process died while it built; the build may have killed it.
    """

    why: str
    node_died: bool = False
    worker_died: bool = False


BuildDone = Callable[[BuildResult | Lost], None]
ExplainDone = Callable[[Explanation | Lost], None]


class Executor(Protocol):
    """Carries out tasks on workers. The callbacks come from any thread, once per task that is not cancelled."""

    def workers(self) -> Sequence[WorkerNode]:
        """Return the machines that build now, by name."""
        ...

    def want_slots(self, slots: Mapping[str, int]) -> None:
        """Say how many builds of each architecture could run now, were there machines: a cluster may grow or shrink."""
        ...

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        """Start a build under a key, where it was given a place; elsewhere where that is gone."""
        ...

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        """Start explaining a difference."""
        ...

    def cancel(self, key: str) -> None:
        """Stop a task, and kill what it runs."""
        ...

    def close(self) -> None:
        """Stop everything."""
        ...
