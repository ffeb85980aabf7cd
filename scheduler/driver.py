"""Drives a run: carries the machine's instructions out, and the world's answers back in.

The driver's thread alone talks to the machine and the ledger. Solving runs in a small pool, builds on the executor;
both answer through the inbox.
"""

import heapq
from collections.abc import Mapping, Sequence
from itertools import count, groupby
from queue import Empty, SimpleQueue

from farm.build import BuiltRpm
from farm.errors import FarmError
from farm.ledger.values import NodeOutcome
from scheduler import messages
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_building import NodeBuilding
from scheduler.node_judging import NodeJudging
from scheduler.node_resolving import NodeResolving, Resolves
from scheduler.preparation import Prepared
from scheduler.run_control import RunControl
from scheduler.run_record import RunRecord
from scheduler.stop_signals import signals_stop
from scheduler.surroundings import Answer, CurrentBuilds, Surroundings
from scheduler.worker_node import WorkerNode

_TICK_SECONDS = 2.0
_CONTROL_SECONDS = 1.0


class Driver:
    """One run of the scheduler.

    Args:
        run_id: the run in the ledger that everything is recorded under.
        known: the graph, which grows.
        prepared: each component, or why it could not be prepared.
        wanted: the nodes that the run was asked for.
        previous: what the round before made; see `scheduler.rounds`.
        control: what people ask of the run; one of its own where it has no other driver.
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
        made = MadePackages(known=known, store=surroundings.store, wanted=wanted, post=post, previous=previous)
        self._resolving = NodeResolving(
            surroundings=surroundings,
            resolver=resolver,
            prepared=prepared,
            made=made,
            current=current,
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
                self._perform(self._machine.start())
                for event in self._control.standing(self._machine.nodes):
                    self._tell(event)
                while not self._machine.finished:
                    self._step()
        finally:
            self._resolving.close()
            self._leases.release_all()
        outcomes = self._record.outcomes(self._machine)
        if self._interrupted:
            raise KeyboardInterrupt
        return outcomes

    def _interrupt(self) -> None:
        self._interrupted = True
        self._inbox.put(lambda: messages.StopRequested(why="interrupted"))

    def _step(self) -> None:
        """Wait for the next answer or timer, and pass it on."""
        now = self._clock.monotonic()
        self._look_for_workers(now)
        self._look_for_requests(now)
        while self._timers and self._timers[0][0] <= now:
            self._tell(heapq.heappop(self._timers)[2])
        self._leases.renew_due()
        wait = min(_CONTROL_SECONDS, self._timers[0][0] - now if self._timers else _CONTROL_SECONDS)
        try:
            answer = self._inbox.get(timeout=max(wait, 0.0))
        except Empty:
            return
        event = answer()
        if event is not None:
            self._tell(event)

    def _look_for_workers(self, now: float) -> None:
        """Ask again from time to time: machines join and leave a cluster."""
        if now < self._workers_due:
            return
        self._workers_due = now + _TICK_SECONDS
        self._executor.want_slots(self._machine.wanted_slots())
        found = tuple(self._executor.workers())
        if found != self._workers:
            self._workers = found
            self._tell(messages.WorkersChanged(workers=found))

    def _look_for_requests(self, now: float) -> None:
        """Do what people asked of this run since the last time."""
        if now < self._control_due:
            return
        self._control_due = now + _CONTROL_SECONDS
        for asked, event in self._control.news():
            self._record.show(asked)
            self._tell(event)

    def _tell(self, event: messages.Event) -> None:
        self._perform(self._machine.handle(event))

    def _perform(self, instructions: Sequence[messages.Instruction]) -> None:
        for announced, some in groupby(instructions, key=lambda it: isinstance(it, messages.Announce)):
            if announced:
                self._record.announce([it for it in some if isinstance(it, messages.Announce)])
                continue
            for instruction in some:
                self._carry_out(instruction)

    def _carry_out(self, instruction: messages.Instruction) -> None:
        match instruction:
            case messages.Resolve(node=node):
                self._resolving.resolve(node)
            case messages.StartBuild():
                self._building.start(instruction)
            case messages.CancelBuild():
                self._building.cancel(instruction)
            case messages.Judge(node=node):
                self._judging.judge(node)
            case messages.SetTimer(node=node, seconds=seconds, variation=variation):
                self._tell_after(seconds, messages.TimerFired(node=node, variation=variation))
            case messages.SetWatch(mark=mark, seconds=seconds):
                self._tell_after(seconds, messages.WatchFired(mark=mark))
            case messages.RaiseAlarm():
                self._record.alarm(instruction)

    def _tell_after(self, seconds: float, event: messages.Event) -> None:
        heapq.heappush(self._timers, (self._clock.monotonic() + seconds, next(self._timer_numbers), event))
