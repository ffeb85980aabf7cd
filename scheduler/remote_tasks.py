"""Small tasks that machines of a cluster carry out, for threads of the driver that wait for them."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import count
from threading import Lock
from typing import Generic, Protocol, TypeVar

from farm import running_programs
from farm.clock import Clock
from farm.errors import FarmError, InfrastructureError
from scheduler.executor import Lost
from scheduler.worker_node import WorkerNode
from workers.tasks import MadeSource, RequiresTask, SourceTask

_ATTEMPTS = 3
_LOOK_SECONDS = 2.0
_WAIT_SECONDS = 0.5
_MOST_AT_ONCE = 64
_COPIES = 3
"""A task is with so many machines at most: where a cluster shrinks again and again, nothing has happened to it."""

Task = TypeVar("Task")
Made = TypeVar("Made")


class TaskLostError(InfrastructureError):
    """A worker that was to carry out a small task was lost, each time."""

    code = "PREP002"


class TaskCluster(Protocol):
    """What carries out small tasks: the executor of a cluster."""

    def workers(self) -> Sequence[WorkerNode]:
        """Return the machines that build now."""
        ...

    def make_source(self, key: str, task: SourceTask, done: Callable[[MadeSource | FarmError | Lost], None]) -> None:
        """Start a source task on a machine that builds for the architecture of its tools."""
        ...

    def generate_requires(
        self, key: str, task: RequiresTask, done: Callable[[tuple[str, ...] | FarmError | Lost], None]
    ) -> None:
        """Start a round of `%generate_buildrequires` on a machine that builds for its architecture."""
        ...


class RemoteTasks(Generic[Task, Made]):
    """Has tasks of one kind carried out by a cluster; by this machine while no other builds for their architecture.

    A task that was lost, or met a fault of its machine's, is done again; what is wrong with a spec is told at once.

    Args:
        start: starts a task on the cluster, under a key, and calls back with what came of it.
        names: what a task is to bring, for people; with a number, it is the task's key.
        arch_of: architecture that the machine must build for.
        here: carries a task out on this machine.
    """

    def __init__(
        self,
        workers: Callable[[], Sequence[WorkerNode]],
        start: Callable[[str, Task, Callable[[Made | FarmError | Lost], None]], None],
        *,
        names: Callable[[Task], str],
        arch_of: Callable[[Task], str],
        here: Callable[[Task], Made],
        clock: Clock,
    ) -> None:
        self._workers = workers
        self._start = start
        self._names = names
        self._arch_of = arch_of
        self._here = here
        self._clock = clock
        self._numbers = count(1)
        self._lock = Lock()
        self._there: Sequence[WorkerNode] = ()
        self._looked = float("-inf")

    def at_once(self, arch: str) -> int:
        """Return how many tasks of an architecture are worth giving it together."""
        return max(1, min(self._slots(arch), _MOST_AT_ONCE))

    def __call__(self, task: Task) -> Made:
        """Carry out a task.

        Raises:
            FarmError: as `here`.
            TaskLostError: its worker was lost, again and again.
        """
        fault = ""
        for _ in range(_ATTEMPTS):
            answer = self._answer(task)
            if isinstance(answer, Lost):
                fault = answer.why
            elif isinstance(answer, InfrastructureError):
                fault = str(answer)
            elif isinstance(answer, FarmError):
                raise answer
            else:
                return answer
        raise TaskLostError(f"no worker could bring the {self._names(task)}", why=fault)

    def _answer(self, task: Task) -> Made | FarmError | Lost:
        """Wait for what the cluster brings.

        Which machine has a task is not known, and of one that has gone silent Ray learns late: whenever a machine has
        gone that may have it, another one is given it, too, and the first answer counts.
        """
        arch = self._arch_of(task)
        if not self._slots(arch):
            return self._here(task)
        copies: list[Future[Made | FarmError | Lost]] = []
        there: frozenset[str] = frozenset()
        while True:
            _require_wanted()
            before, there = there, frozenset(worker.name for worker in self._there)
            if not copies or (before - there and len(copies) < _COPIES):
                copies.append(self._begin(task))
            for future in wait(copies, _WAIT_SECONDS, return_when=FIRST_COMPLETED).done:
                answer = future.result()
                copies.remove(future)
                if not isinstance(answer, Lost) or not copies:
                    return answer
            if not self._slots(arch):
                return self._here(task)

    def _begin(self, task: Task) -> Future[Made | FarmError | Lost]:
        future: Future[Made | FarmError | Lost] = Future()
        self._start(f"{self._names(task)} ({next(self._numbers)})", task, future.set_result)
        return future

    def _slots(self, arch: str) -> int:
        """Return how many tasks the cluster can carry out at once, as it was a moment ago."""
        with self._lock:
            if self._clock.monotonic() >= self._looked + _LOOK_SECONDS:
                self._looked = self._clock.monotonic()
                self._there = self._workers()
            return sum(min(it.slots_of(arch), it.cpus) for it in self._there if not it.draining)


def _require_wanted() -> None:
    """Refuse to go on where nobody waits for it any more.

    Raises:
        TaskLostError: the command was interrupted.
    """
    if not running_programs.may_begin():
        raise TaskLostError("nothing is waited for: the command was interrupted")
