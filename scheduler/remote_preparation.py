"""Source RPMs and spec facts made by the machines of a cluster, for a driver that waits for them in many threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Protocol

from farm import running_programs
from farm.clock import Clock
from farm.errors import FarmError, InfrastructureError
from scheduler.executor import Lost
from scheduler.preparation import MakeSource
from scheduler.worker_node import WorkerNode
from workers.tasks import MadeSource, SourceTask

SourceAnswer = MadeSource | FarmError | Lost

_ATTEMPTS = 3
_LOOK_SECONDS = 2.0
_WAIT_SECONDS = 0.5
_MOST_AT_ONCE = 64


class PreparationLostError(InfrastructureError):
    """A worker that was to make a source RPM was lost, each time."""

    code = "PREP002"


class Sources(Protocol):
    """What carries out source tasks: the executor of a cluster."""

    def workers(self) -> Sequence[WorkerNode]:
        """Return the machines that build now."""
        ...

    def make_source(self, key: str, task: SourceTask, done: Callable[[SourceAnswer], None]) -> None:
        """Start a source task on a machine that builds for the architecture of its tools."""
        ...


class RemotePreparation:
    """Has source tasks carried out by a cluster; by this machine while no other builds for their architecture.

    A task that was lost, or met a fault of its machine's, is done again; what is wrong with a spec is told at once.

    Args:
        sources: the cluster.
        arch: architecture of the tools.
        here: carries a task out on this machine.
    """

    def __init__(self, sources: Sources, *, arch: str, here: MakeSource, clock: Clock) -> None:
        self._sources = sources
        self._arch = arch
        self._here = here
        self._clock = clock
        self._lock = Lock()
        self._slots = 0
        self._looked = float("-inf")

    @property
    def at_once(self) -> int:
        """How many tasks are worth giving it together."""
        return max(1, min(self._slots_now(), _MOST_AT_ONCE))

    def __call__(self, task: SourceTask) -> MadeSource:
        """Carry out a task.

        Raises:
            FarmError: as `workers.tasks.run_source`.
            PreparationLostError: its worker was lost, again and again.
        """
        fault = ""
        for number in range(1, _ATTEMPTS + 1):
            answer = self._answer(task, number)
            if isinstance(answer, MadeSource):
                return answer
            if isinstance(answer, FarmError) and not isinstance(answer, InfrastructureError):
                raise answer
            fault = str(answer) if isinstance(answer, FarmError) else answer.why
        raise PreparationLostError(f"the source RPM of {task.source.component} could not be made", why=fault)

    def _answer(self, task: SourceTask, number: int) -> SourceAnswer:
        if not self._slots_now():
            return self._here(task)
        _require_wanted()
        future: Future[SourceAnswer] = Future()
        self._sources.make_source(f"source {task.source.component} {number}", task, future.set_result)
        while True:
            try:
                return future.result(_WAIT_SECONDS)
            except TimeoutError:
                _require_wanted()
                if not self._slots_now():
                    return self._here(task)

    def _slots_now(self) -> int:
        """Return how many tasks the cluster can carry out at once, as it was a moment ago."""
        with self._lock:
            if self._clock.monotonic() >= self._looked + _LOOK_SECONDS:
                self._looked = self._clock.monotonic()
                able = (worker for worker in self._sources.workers() if not worker.draining)
                self._slots = sum(min(worker.slots_of(self._arch), worker.cpus) for worker in able)
            return self._slots


def _require_wanted() -> None:
    """Refuse to go on where nobody waits for it any more.

    Raises:
        PreparationLostError: the command was interrupted.
    """
    if not running_programs.may_begin():
        raise PreparationLostError("no source RPM is waited for: the command was interrupted")
