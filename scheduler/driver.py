"""Drives a run: carries the machine's instructions out, and the world's answers back in.

The driver's thread alone talks to the machine, and writes to the ledger. Solving, and what the store is asked, runs in
small pools, builds run on the executor; all answer through the inbox. What has come in is taken in one step, and a step
is one transaction of the ledger: builds begin, and events are shown, once it is durable.
"""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue

from farm.build import BuiltRpm
from farm.errors import FarmError
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler import messages
from scheduler.answers import (
    Answer,
    BuildAnswered,
    Compared,
    InputsFound,
    InputsMissing,
    Raised,
    RequiresFound,
    VerdictUsable,
)
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_building import NodeBuilding
from scheduler.node_judging import NodeJudging, explained
from scheduler.node_resolving import NodeResolving, Resolves
from scheduler.preparation import Prepared
from scheduler.run_control import RunControl
from scheduler.run_record import RunRecord
from scheduler.stop_signals import signals_stop
from scheduler.surroundings import CurrentBuilds, Surroundings
from scheduler.worker_node import WorkerNode

_TICK_SECONDS = 2.0
_CONTROL_SECONDS = 1.0
_GATHER_SECONDS = 0.02
_ENOUGH = 32
_SETTLED_AT_ONCE = 500
_AT_ONCE = 256


class Driver:
    """One run of the scheduler.

    Args:
        run_id: the run in the ledger that everything is recorded under.
        known: the graph, which grows.
        prepared: each component, or why it could not be prepared.
        wanted: the nodes that the run was asked for.
        previous: what the round before made; see `scheduler.rounds`.
        control: what people ask of the run; one of its own where it has no other driver.
        settled: verdicts on nodes of the run that the machine is not told of: neither they nor what they need is built.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the one run driven
        self,
        *,
        run_id: str,
        machine: Machine,
        known: KnownGraph,
        resolver: Resolves,
        prepared: Mapping[str, Prepared | FarmError],
        wanted: Sequence[Node],
        surroundings: Surroundings,
        previous: Mapping[Node, tuple[BuiltRpm, ...]] | None = None,
        control: RunControl | None = None,
        settled: Mapping[Node, Verdict] | None = None,
    ) -> None:
        self._machine = machine
        self._executor = surroundings.executor
        self._clock = surroundings.clock
        self._inbox: SimpleQueue[Answer] = SimpleQueue()
        self._timers: list[tuple[float, int, messages.Event]] = []
        self._timer_numbers = count()
        self._workers: tuple[WorkerNode, ...] = ()
        self._workers_due = self._clock.monotonic()
        self._control = control or RunControl(surroundings.ledger, run_id)
        self._control_due = self._clock.monotonic()
        self._interrupted = False
        post = self._inbox.put
        current: CurrentBuilds = {}
        self._leases = surroundings.leases
        self._record = RunRecord(run_id, surroundings=surroundings, current=current)
        self._settled = deque(sorted((settled or {}).items()))
        made = MadePackages(
            known=known,
            wanted=wanted,
            post=post,
            previous=previous,
            settled={node: verdict.rpms for node, verdict in self._settled},
        )
        self._resolving = NodeResolving(
            surroundings=surroundings,
            resolver=resolver,
            prepared=prepared,
            made=made,
            current=current,
            record=self._record,
            post=post,
        )
        self._building = NodeBuilding(surroundings=surroundings, current=current, record=self._record, post=post)
        self._judging = NodeJudging(
            surroundings=surroundings, made=made, current=current, record=self._record, post=post
        )

    def run(self) -> list[NodeOutcome]:
        """Run to the end and return how each node ended.

        Raises:
            KeyboardInterrupt: the person interrupted it; everything that had ended is recorded.
        """
        try:
            with signals_stop(self._interrupt):
                with self._record.step():
                    self._perform(self._machine.start())
                    self._tell(self._control.standing(self._machine.nodes))
                while self._settled or not self._machine.finished:
                    self._step()
                    self._record_settled()
        finally:
            self._resolving.close()
            self._judging.close()
            self._leases.release_all()
        outcomes = self._record.outcomes(self._machine)
        if self._interrupted:
            raise KeyboardInterrupt
        return outcomes

    def _interrupt(self) -> None:
        self._interrupted = True
        self._inbox.put(messages.StopRequested(why="interrupted"))

    def _step(self) -> None:
        """Wait for the next answers or timer, and pass them on; but first see that the run is still ours."""
        self._leases.renew_due()
        now = self._clock.monotonic()
        told = [*self._news_of_workers(now), *self._news_of_people(now), *self._timers_fired(now)]
        wait = min(_CONTROL_SECONDS, self._timers[0][0] - now if self._timers else _CONTROL_SECONDS)
        answers = self._answers(0.0 if told or self._settled else max(wait, 0.0))
        if told or answers:
            with self._record.step():
                self._tell(told)
                self._tell(self._taken_in(answers))

    def _record_settled(self) -> None:
        """Record some nodes that ended before, between the steps: builds need not wait for it."""
        some = [self._settled.popleft() for _ in range(min(_SETTLED_AT_ONCE, len(self._settled)))]
        if not some:
            return
        with self._record.step():
            for node, verdict in some:
                self._record.take_over(
                    NodeOutcome(
                        component=node.component,
                        arch=node.arch,
                        state=NodeState(verdict.status),
                        build_id=verdict.build_id,
                        why=explained(verdict, reused=True),
                        seconds=0.0,
                    )
                )

    def _answers(self, wait: float) -> list[Answer]:
        """Return what has come in; wait so long for the first of it, and a moment for more that shares its step."""
        found: list[Answer] = []
        with suppress(Empty):
            found.append(self._inbox.get(timeout=wait))
            until = self._clock.monotonic() + _GATHER_SECONDS
            while len(found) < _ENOUGH:
                found.append(self._inbox.get(timeout=max(until - self._clock.monotonic(), 0.0)))
            while len(found) < _AT_ONCE:
                found.append(self._inbox.get_nowait())
        return found

    def _taken_in(self, answers: Sequence[Answer]) -> list[messages.Event]:
        """Record what came in, each kind at once, and return what the machine is told of it."""
        for answer in answers:
            if isinstance(answer, Raised):
                raise answer.error
        return [
            *[it for it in answers if isinstance(it, messages.Event)],
            *self._building.ended([it for it in answers if isinstance(it, BuildAnswered)]),
            *self._judging.compared([it for it in answers if isinstance(it, Compared)]),
            *self._resolving.usable([it for it in answers if isinstance(it, VerdictUsable)]),
            *[self._resolving.missing(it) for it in answers if isinstance(it, InputsMissing)],
            *[self._resolving.require(it) for it in answers if isinstance(it, RequiresFound)],
            *self._resolving.found([it for it in answers if isinstance(it, InputsFound)]),
        ]

    def _news_of_workers(self, now: float) -> list[messages.Event]:
        """Ask again from time to time: machines join and leave a cluster."""
        if now < self._workers_due:
            return []
        self._workers_due = now + _TICK_SECONDS
        self._executor.want_slots(self._machine.wanted_slots())
        found = tuple(self._executor.workers())
        if found == self._workers:
            return []
        self._workers = found
        return [messages.WorkersChanged(workers=found)]

    def _news_of_people(self, now: float) -> list[messages.Event]:
        """Return what people asked of this run since the last time."""
        if now < self._control_due:
            return []
        self._control_due = now + _CONTROL_SECONDS
        events = []
        for asked, event in self._control.news():
            self._record.show(asked)
            events.append(event)
        return events

    def _timers_fired(self, now: float) -> list[messages.Event]:
        events = []
        while self._timers and self._timers[0][0] <= now:
            events.append(heapq.heappop(self._timers)[2])
        return events

    def _tell(self, events: Sequence[messages.Event]) -> None:
        self._perform([it for event in events for it in self._machine.handle(event)])

    def _perform(self, instructions: Sequence[messages.Instruction]) -> None:
        """Carry instructions out in order; what they need of the ledger is asked for all of them before."""
        self._building.lease([it for it in instructions if isinstance(it, messages.StartBuild)])
        for instruction in instructions:
            self._carry_out(instruction)

    def _carry_out(self, instruction: messages.Instruction) -> None:
        match instruction:
            case messages.Resolve(node=node):
                self._resolving.resolve(node)
            case messages.StartBuild():
                self._building.start(instruction)
            case messages.CancelBuild():
                self._building.cancel(instruction)
            case messages.Judge():
                self._judging.judge(instruction)
            case messages.SetTimer(node=node, seconds=seconds, variation=variation):
                self._tell_after(seconds, messages.TimerFired(node=node, variation=variation))
            case messages.SetWatch(mark=mark, seconds=seconds):
                self._tell_after(seconds, messages.WatchFired(mark=mark))
            case messages.Announce():
                self._record.announce(instruction)
            case messages.RaiseAlarm():
                self._record.alarm(instruction)

    def _tell_after(self, seconds: float, event: messages.Event) -> None:
        heapq.heappush(self._timers, (self._clock.monotonic() + seconds, next(self._timer_numbers), event))
