"""Writes down what happens in a run: in the ledger, and for the person who watches.

All of a step of the driver is one transaction. What follows from it, as starting builds and showing events, is done
once the transaction is durable: nobody sees or does what is not recorded.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from farm.events import AlarmRaised, BuildFinished, BuildStarted, Event, NodeChanged, VerdictReached
from farm.ledger.values import Lease, NodeOutcome
from farm.states import FINAL_STATES, NodeState
from scheduler.machine import Machine
from scheduler.messages import Announce, RaiseAlarm
from scheduler.node import Node
from scheduler.surroundings import CurrentBuilds, Surroundings

RunEvent = NodeChanged | BuildStarted | BuildFinished | VerdictReached | AlarmRaised


class RunRecord:
    """Events and outcomes of one run."""

    def __init__(self, run_id: str, *, surroundings: Surroundings, current: CurrentBuilds) -> None:
        self._run_id = run_id
        self._ledger = surroundings.ledger
        self._reporter = surroundings.reporter
        self._leases = surroundings.leases
        self._current = current
        self._events: list[Event] = []
        self._outcomes: list[NodeOutcome] = []
        self._ended: list[Lease] = []
        self._effects: list[Callable[[], None]] = []

    @contextmanager
    def step(self) -> Iterator[None]:
        """Make what is recorded in the block one transaction, and then do what follows from it, in order.

        The block has no effects that others see but those in the ledger: they are not undone where it is not committed.

        Raises:
            RunLostError: somebody else has ended the run, and nothing is written.
        """
        try:
            with self._ledger.transaction(asks_again=True):
                self._leases.require_run()
                yield
                self._write()
        except BaseException:
            self._effects.clear()
            raise
        self._leases.settle()
        effects, self._effects = self._effects, []
        for effect in effects:
            effect()

    def then(self, effect: Callable[[], None]) -> None:
        """Do something once the step is recorded."""
        self._effects.append(effect)

    def emit(self, event: RunEvent) -> None:
        """Write an event down with the step, then show it."""
        self._events.append(event)
        self.show(event)

    def show(self, event: Event) -> None:
        """Show an event once the step is recorded."""
        self.then(lambda: self._reporter.show(event))

    def take_over(self, outcome: NodeOutcome) -> None:
        """Write down a node that ended in an earlier run as it would end in this one."""
        self.emit(NodeChanged(component=outcome.component, arch=outcome.arch, state=outcome.state, why=outcome.why))
        self._outcomes.append(outcome)

    def announce(self, it: Announce) -> None:
        """Write down the new state of a node, with its outcome where that is final."""
        self.emit(NodeChanged(component=it.node.component, arch=it.node.arch, state=it.state, why=it.why))
        if it.state in FINAL_STATES:
            self._end(it.node, it.state, it.why)

    def alarm(self, alarm: RaiseAlarm) -> None:
        """Write down what a person should look at, and tell whoever watches."""
        if alarm.node is not None and alarm.node in self._current:
            self._current[alarm.node].quarantined = True
        self.emit(AlarmRaised(kind=alarm.kind, why=alarm.why))

    def outcomes(self, machine: Machine) -> list[NodeOutcome]:
        """Write down the nodes that never had their turn, and return how all ended."""
        with self.step():
            for node in machine.nodes:
                if machine.state(node) not in FINAL_STATES:
                    self._end(node, machine.state(node), machine.why(node))
        return self._ledger.outcomes(self._run_id)

    def _end(self, node: Node, state: NodeState, why: str) -> None:
        current = self._current.pop(node, None)  # its inputs are large, and nobody asks for them any more
        outcome = NodeOutcome(
            component=node.component,
            arch=node.arch,
            state=state,
            build_id=current.build_id if current else None,
            why=why,
            seconds=current.seconds if current else 0.0,
            quarantined=current is not None and current.quarantined and state is NodeState.INFRA_ERROR,
        )
        self._outcomes.append(outcome)
        if current is not None and current.lease is not None:
            self._ended.append(current.lease)

    def _write(self) -> None:
        """Write what the step has come to: a few statements, however much it is."""
        events, self._events = self._events, []
        outcomes, self._outcomes = self._outcomes, []
        ended, self._ended = self._ended, []
        if events:
            self._ledger.many.append(self._run_id, events)
        if outcomes:
            self._ledger.many.record_outcomes(self._run_id, outcomes)
        self._leases.give_back_all(ended)
