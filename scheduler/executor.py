"""What carries out builds: Ray for real, a fake in tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from farm.build import BuildResult
from workers.differ import Explanation
from workers.tasks import BuildTask, ExplainTask


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A task that gave no answer.

    Attributes:
        node_died: it is not the worker process alone that died, but its node.
    """

    why: str
    node_died: bool = False


BuildDone = Callable[[BuildResult | Lost], None]
ExplainDone = Callable[[Explanation | Lost], None]


class Executor(Protocol):
    """Carries out tasks on workers. The callbacks come from any thread, once per task that is not cancelled."""

    def slots(self) -> Mapping[str, int]:
        """Return how many builds of each architecture may run at once now."""
        ...

    def build(self, key: str, task: BuildTask, done: BuildDone) -> None:
        """Start a build under a key."""
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
