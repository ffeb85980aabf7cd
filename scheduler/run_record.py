"""Writes down what happens in a run: in the ledger, and for the person who watches."""

from collections.abc import Sequence

from farm.events import AlarmRaised, BuildFinished, BuildStarted, Event, NodeChanged, VerdictReached
from farm.ledger.values import NodeOutcome
from farm.states import FINAL_STATES, NodeState
from scheduler.machine import Machine
from scheduler.messages import Announce, RaiseAlarm
from scheduler.node import Node
from scheduler.surroundings import CurrentBuilds, Surroundings

RunEvent = NodeChanged | BuildStarted | BuildFinished | VerdictReached


class RunRecord:
    """Events and outcomes of one run."""

    def __init__(self, run_id: str, *, surroundings: Surroundings, current: CurrentBuilds) -> None:
        self._run_id = run_id
        self._ledger = surroundings.ledger
        self._reporter = surroundings.reporter
        self._leases = surroundings.leases
        self._current = current

    def emit(self, event: RunEvent) -> None:
        """Write an event down, then show it."""
        self._ledger.append(self._run_id, event)
        self._reporter.show(event)

    def show(self, event: Event) -> None:
        """Show an event that somebody else wrote down."""
        self._reporter.show(event)

    def announce(self, announced: Sequence[Announce]) -> None:
        """Write down new states of nodes, all at once, with the outcome of each that is final."""
        with self._ledger.transaction():
            for it in announced:
                self.emit(NodeChanged(component=it.node.component, arch=it.node.arch, state=it.state, why=it.why))
                if it.state in FINAL_STATES:
                    self._end(it.node, it.state, it.why)

    def alarm(self, alarm: RaiseAlarm) -> None:
        """Write down what a person should look at, and tell whoever watches."""
        if alarm.node is not None and alarm.node in self._current:
            self._current[alarm.node].quarantined = True
        event = AlarmRaised(kind=alarm.kind, why=alarm.why)
        self._ledger.append(self._run_id, event)
        self._reporter.show(event)

    def outcomes(self, machine: Machine) -> list[NodeOutcome]:
        """Write down the nodes that never had their turn, and return how all ended."""
        with self._ledger.transaction():
            for node in machine.nodes:
                if machine.state(node) not in FINAL_STATES:
                    self._end(node, machine.state(node), machine.why(node))
        return self._ledger.outcomes(self._run_id)

    def _end(self, node: Node, state: NodeState, why: str) -> None:
        current = self._current.get(node)
        outcome = NodeOutcome(
            component=node.component,
            arch=node.arch,
            state=state,
            build_id=current.build_id if current else None,
            why=why,
            seconds=current.seconds if current else 0.0,
            quarantined=current is not None and current.quarantined and state is NodeState.INFRA_ERROR,
        )
        self._ledger.record_outcome(self._run_id, outcome)
        if current is not None and current.lease is not None:
            self._leases.give_back(current.lease)
            current.lease = None
