"""Runs the very state machine of a real run under a virtual clock; nothing is left to chance."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from farm.build import BuildOutcome
from farm.digest import digest_bytes
from farm.states import NodeState
from farm.verdict import VerdictStatus
from scheduler import messages
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.retry import Loss
from scheduler.simulator.world import World
from scheduler.worker_node import Place


class SimulationStuckError(Exception):
    """The machine waits for something that will never happen: an error of the farm's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One attempt as it ran.

    Attributes:
        ended: seconds of the run; where it was cancelled or its machine died, the time of that.
    """

    node: Node
    variation: str
    attempt: int
    place: Place
    began: float
    ended: float
    outcome: BuildOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """How a simulated run went.

    Attributes:
        seconds: of the whole run.
        alarms: what people would have been told of.
    """

    seconds: float
    states: dict[Node, NodeState]
    stretches: tuple[Stretch, ...]
    alarms: tuple[messages.RaiseAlarm, ...]
    events: int


_Key = tuple[Node, str, int]
_Seen = Callable[[float, Sequence[messages.Instruction]], None]


class Simulation:
    """A run of a machine in a world.

    Args:
        commands: what people ask for, with the seconds of the run at which they do.
        seen: told of every batch of instructions, for those who check the machine.
    """

    def __init__(
        self,
        machine: Machine,
        world: World,
        *,
        commands: Sequence[tuple[float, messages.Event]] = (),
        seen: _Seen | None = None,
    ) -> None:
        self._machine = machine
        self._world = world
        self._seen = seen
        self._now = 0.0
        self._numbers = count()
        self._due: list[tuple[float, int, messages.Event | _Change]] = []
        self._running: dict[_Key, tuple[float, Place]] = {}
        self._dead: set[str] = set()
        self._stretches: list[Stretch] = []
        self._alarms: list[messages.RaiseAlarm] = []
        self._events = 0
        for at, command in commands:
            self._after(at, command)
        for death in world.deaths:
            self._after(death.at, _Change(worker=death.worker, dies=True))
            if death.back != float("inf"):
                self._after(death.back, _Change(worker=death.worker, dies=False))

    def run(self) -> Simulated:
        """Run to the end.

        Raises:
            SimulationStuckError: nothing will happen any more, and the run is not finished.
        """
        self._perform(self._machine.handle(messages.WorkersChanged(workers=self._world.workers)))
        self._perform(self._machine.start())
        while not self._machine.finished:
            if not any(not isinstance(event, messages.WatchFired) for _, _, event in self._due[:2]):
                self._require_movement()
            self._now, _, event = heapq.heappop(self._due)
            if isinstance(event, _Change):
                self._change(event)
            elif self._is_true(event):
                self._events += 1
                self._perform(self._machine.handle(event))
        return Simulated(
            seconds=self._now,
            states={node: self._machine.state(node) for node in self._machine.nodes},
            stretches=tuple(self._stretches),
            alarms=tuple(self._alarms),
            events=self._events,
        )

    def _require_movement(self) -> None:
        if all(isinstance(event, messages.WatchFired) for _, _, event in self._due):
            waiting = [str(node) for node in self._machine.nodes if self._machine.state(node) is NodeState.QUEUED]
            raise SimulationStuckError(f"nothing will happen any more; queued: {', '.join(waiting[:10]) or 'nothing'}")

    def _is_true(self, event: messages.Event) -> bool:
        """Tell whether an event happens: the end of a build that was cancelled, or whose machine died, does not."""
        if not isinstance(event, messages.BuildEnded):
            return True
        return self._end((event.node, event.variation, event.attempt), event.outcome)

    def _end(self, key: _Key, outcome: BuildOutcome) -> bool:
        running = self._running.pop(key, None)
        if running is None:
            return False
        node, variation, attempt = key
        began, place = running
        self._stretches.append(
            Stretch(
                node=node,
                variation=variation,
                attempt=attempt,
                place=place,
                began=began,
                ended=self._now,
                outcome=outcome,
            )
        )
        return True

    def _change(self, change: "_Change") -> None:
        if change.dies:
            self._dead.add(change.worker)
        else:
            self._dead.discard(change.worker)
        alive = tuple(worker for worker in self._world.workers if worker.name not in self._dead)
        self._perform(self._machine.handle(messages.WorkersChanged(workers=alive)))
        lost = [key for key, (_, place) in self._running.items() if change.dies and place.worker == change.worker]
        for key in lost:
            self._end(key, BuildOutcome.INFRA_ERROR)
            node, variation, attempt = key
            event = messages.BuildEnded(
                node=node,
                variation=variation,
                attempt=attempt,
                outcome=BuildOutcome.INFRA_ERROR,
                why="its machine died",
                loss=Loss.NODE_DIED,
            )
            self._perform(self._machine.handle(event))

    def _after(self, seconds: float, event: "messages.Event | _Change") -> None:
        heapq.heappush(self._due, (self._now + seconds, next(self._numbers), event))

    def _perform(self, instructions: Sequence[messages.Instruction]) -> None:
        if self._seen is not None:
            self._seen(self._now, instructions)
        for instruction in instructions:
            self._carry_out(instruction)

    def _carry_out(self, instruction: messages.Instruction) -> None:
        match instruction:
            case messages.Resolve(node=node):
                build_id = digest_bytes(str(node).encode())
                answer = messages.Resolved(node=node, build_id=build_id, built=(), verdict=None)
                self._after(self._world.resolving, answer)
            case messages.StartBuild():
                self._start(instruction)
            case messages.CancelBuild(node=node, variation=variation, attempt=attempt):
                self._end((node, variation, attempt), BuildOutcome.CANCELLED)
            case messages.Judge(node=node):
                self._after(self._world.judging, messages.Judged(node=node, status=VerdictStatus.REPRODUCIBLE, why=""))
            case messages.SetTimer(node=node, seconds=seconds, variation=variation):
                self._after(seconds, messages.TimerFired(node=node, variation=variation))
            case messages.SetWatch(mark=mark, seconds=seconds):
                self._after(seconds, messages.WatchFired(mark=mark))
            case messages.RaiseAlarm():
                self._alarms.append(instruction)

    def _start(self, start: messages.StartBuild) -> None:
        node, variation = start.node, start.variation
        outcome, loss = self._world.chances.outcome(node, variation, start.attempt)
        self._running[node, variation, start.attempt] = (self._now, start.place)
        seconds = self._world.seconds[node] * self._world.chances.factor(node, variation)
        ended = messages.BuildEnded(
            node=node, variation=variation, attempt=start.attempt, outcome=outcome, why="simulated", loss=loss
        )
        self._after(seconds, ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A machine dies or comes back. It is no event: the state machine learns of it as it does from a driver."""

    worker: str
    dies: bool
