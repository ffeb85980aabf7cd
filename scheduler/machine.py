"""The state machine of a run: events in, instructions out; no clock, no random, no I/O (design decision 4).

A node is resolved when everything it needs is reproducible, built in every variation, and judged. What fails blocks
its dependents and nothing else.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from farm.build import BuildOutcome
from farm.digest import Digest
from farm.states import FINAL_STATES, NodeState
from farm.verdict import VerdictStatus
from scheduler.build_queue import BuildQueue
from scheduler.messages import (
    Announce,
    BuildEnded,
    CancelBuild,
    Event,
    HeldElsewhere,
    Instruction,
    Judge,
    Judged,
    JudgingFailed,
    NeedsChanged,
    Resolve,
    Resolved,
    SetTimer,
    SlotsChanged,
    StartBuild,
    StopRequested,
    TimerFired,
    Unresolved,
)
from scheduler.node import Node
from scheduler.retry import RetryPolicy

_ENDED_AS = {BuildOutcome.FAILED: NodeState.FAILED, BuildOutcome.TIMED_OUT: NodeState.TIMED_OUT}
_JUDGED_AS = {
    VerdictStatus.REPRODUCIBLE: NodeState.REPRODUCIBLE,
    VerdictStatus.UNREPRODUCIBLE: NodeState.UNREPRODUCIBLE,
    VerdictStatus.FAILED: NodeState.FAILED,
}


_SHOWN_NEEDS = 3
"""A node says so many of what it waits for: naming all would announce it anew with each one that ends."""


@dataclass(slots=True)
class _Progress:
    """How far a node is."""

    state: NodeState = NodeState.PLANNED
    why: str = ""
    build_id: Digest | None = None
    resolving: bool = False
    stuck: bool = False
    built: set[str] = field(default_factory=set)
    running: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)

    @property
    def started(self) -> bool:
        return self.resolving or self.build_id is not None


class Machine:
    """The core of a run.

    Args:
        needs: for each node of the run, the nodes that must be reproducible before it.
        rank: larger runs first among what is ready (length of the longest path behind a node); absent is 0.
        variations: names of the builds that each node gets, in order of preference.
        waived: nodes that the project lets through though they are not reproducible.
        keep_going: go on with what does not need a failed node.
    """

    def __init__(
        self,
        *,
        needs: Mapping[Node, frozenset[Node]],
        rank: Mapping[Node, float],
        variations: tuple[str, ...],
        retry: RetryPolicy,
        keep_going: bool,
        waived: frozenset[Node] = frozenset(),
    ) -> None:
        self._needs = dict(needs)
        self._dependents = _reversed(self._needs)
        self._to_settle: deque[Node] = deque()
        self._variations = variations
        self._retry = retry
        self._keep_going = keep_going
        self._waived = waived
        self._stopping = ""
        self._progress = {node: _Progress() for node in sorted(needs)}
        self._left = len(self._progress)
        self._queue = BuildQueue(rank, variations)
        self._out: list[Instruction] = []

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do: every node is final, or waits for one that will never be usable."""
        return not self._left

    @property
    def nodes(self) -> list[Node]:
        """All nodes, sorted."""
        return sorted(self._progress)

    def state(self, node: Node) -> NodeState:
        """Return the state of a node."""
        return self._progress[node].state

    def why(self, node: Node) -> str:
        """Return the reason of the state of a node."""
        return self._progress[node].why

    def start(self) -> list[Instruction]:
        """Begin the run."""
        self._to_settle.extend(self._progress)
        return self._flush()

    def handle(self, event: Event) -> list[Instruction]:  # noqa: C901, PLR0912 - one case a message
        """Take in one event and return what is to be done now. An event that is out of date changes nothing."""
        match event:
            case Resolved():
                self._resolved(event)
            case Unresolved(node=node, state=state, why=why):
                if self._take_resolution(node):
                    self._finish(node, state, why)
            case NeedsChanged(node=node, needs=needs):
                self._needs_changed(node, needs)
            case HeldElsewhere(node=node, holder=holder):
                if self._take_resolution(node):
                    self._progress[node].resolving = True
                    self._announce(node, NodeState.QUEUED, f"is being built by {holder}")
                    self._out.append(SetTimer(node=node, seconds=self._retry.poll_seconds))
            case BuildEnded():
                self._build_ended(event)
            case Judged(node=node, status=status, why=why):
                if self._progress[node].state is NodeState.VERIFYING:
                    self._finish(node, _JUDGED_AS[status], why)
            case JudgingFailed(node=node, why=why):
                if self._progress[node].state is NodeState.VERIFYING:
                    self._finish(node, NodeState.INFRA_ERROR, why)
            case TimerFired(node=node):
                self._timer_fired(node)
            case SlotsChanged(arch=arch, slots=slots):
                self._queue.set_slots(arch, slots)
            case StopRequested(why=why):
                self._stop(why)
        return self._flush()

    def _settle(self, node: Node) -> None:
        """Resolve a node whose needs are met; say what it waits for where they are not."""
        progress = self._progress[node]
        if progress.started or progress.stuck or progress.state in FINAL_STATES:
            return
        if self._stopping:
            self._finish(node, NodeState.CANCELLED, self._stopping)
            return
        unmet = [need for need in sorted(self._needs[node]) if self._missing(need)]
        if not unmet:
            progress.resolving = True
            self._out.append(Resolve(node=node))
            return
        dead = [need for need in unmet if self._is_dead(need)]
        if dead:
            progress.stuck = True
            self._left -= 1
            culprit = dead[0]
            self._announce(node, NodeState.BLOCKED, f"needs {culprit}, which is {self._progress[culprit].state}")
            self._settle_dependents(node)
            return
        others = " and others" if len(unmet) > _SHOWN_NEEDS else ""
        self._announce(node, NodeState.BLOCKED, "waits for " + ", ".join(map(str, unmet[:_SHOWN_NEEDS])) + others)

    def _missing(self, need: Node) -> bool:
        return need in self._progress and not self._is_usable(need)

    def _is_usable(self, node: Node) -> bool:
        state = self._progress[node].state
        return state is NodeState.REPRODUCIBLE or (state is NodeState.UNREPRODUCIBLE and node in self._waived)

    def _is_dead(self, need: Node) -> bool:
        progress = self._progress[need]
        return progress.stuck or (progress.state in FINAL_STATES and not self._is_usable(need))

    def _settle_dependents(self, node: Node) -> None:
        """Look at them again before the event is through: not at once, because chains are deeper than the stack."""
        self._to_settle.extend(sorted(self._dependents.get(node, ())))

    def _take_resolution(self, node: Node) -> bool:
        """Close an open question about a node; tell whether there was one."""
        progress = self._progress[node]
        waited = progress.resolving and progress.state not in FINAL_STATES
        progress.resolving = False
        return waited

    def _resolved(self, event: Resolved) -> None:
        if not self._take_resolution(event.node):
            return
        progress = self._progress[event.node]
        progress.build_id = event.build_id
        progress.built.update(name for name in event.built if name in self._variations)
        if event.verdict is not None:
            self._finish(event.node, _JUDGED_AS[event.verdict], event.why)
            return
        if not self._judge_if_complete(event.node):
            self._wait_for_slot(event.node)
            for variation in self._variations:
                if variation not in progress.built:
                    self._queue.push(event.node, variation)

    def _wait_for_slot(self, node: Node) -> None:
        self._announce(node, NodeState.QUEUED, f"waits for a free {node.arch} slot")

    def _running(self, node: Node) -> str:
        """Return which builds run, for people; empty where none does."""
        running = [name for name in self._variations if name in self._progress[node].running]
        return f"{' and '.join(running)} build" if running else ""

    def _judge_if_complete(self, node: Node) -> bool:
        progress = self._progress[node]
        if not progress.built.issuperset(self._variations) or progress.build_id is None:
            return False
        self._announce(node, NodeState.VERIFYING, "comparing " + " and ".join(self._variations))
        self._out.append(Judge(node=node, build_id=progress.build_id))
        return True

    def _needs_changed(self, node: Node | None, needs: Mapping[Node, frozenset[Node]]) -> None:
        changed: set[Node] = set()
        if node is not None:
            self._take_resolution(node)
            changed.add(node)
        for other, found in needs.items():
            if other not in self._progress:
                self._progress[other] = _Progress()
                self._left += 1
            before = self._needs.get(other)
            if before == found or self._progress[other].started:
                continue
            self._needs[other] = found
            changed.add(other)
            for gone in (before or frozenset()) - found:
                self._dependents[gone].discard(other)
            for need in found:
                self._dependents.setdefault(need, set()).add(other)
        self._to_settle.extend(sorted(changed))

    def _build_ended(self, event: BuildEnded) -> None:
        progress = self._progress[event.node]
        if progress.running.get(event.variation) != event.attempt:
            return
        del progress.running[event.variation]
        self._queue.free(event.node.arch)
        if progress.state in FINAL_STATES:
            return
        if event.outcome is BuildOutcome.SUCCEEDED:
            progress.built.add(event.variation)
            if not self._judge_if_complete(event.node):
                self._go_on(event.node)
        elif event.outcome is BuildOutcome.INFRA_ERROR:
            self._try_again(event)
        else:
            self._finish(event.node, _ENDED_AS[event.outcome], event.why)

    def _go_on(self, node: Node) -> None:
        """Say what a node does whose builds are not all done."""
        running = self._running(node)
        if running:
            self._announce(node, NodeState.BUILDING, running)
        else:
            self._wait_for_slot(node)

    def _try_again(self, event: BuildEnded) -> None:
        if self._stopping:
            self._finish(event.node, NodeState.CANCELLED, self._stopping)
        elif event.attempt >= self._retry.attempts:
            self._finish(event.node, NodeState.INFRA_ERROR, f"{event.why} ({event.attempt} attempts)")
        else:
            seconds = self._retry.delay(event.attempt)
            again = f"attempt {event.attempt + 1} of {self._retry.attempts} in {seconds:g} s: {event.why}"
            running = self._running(event.node)
            if running:
                self._announce(event.node, NodeState.BUILDING, f"{running}; {event.variation} build: {again}")
            else:
                self._announce(event.node, NodeState.QUEUED, again)
            self._out.append(SetTimer(node=event.node, seconds=seconds))

    def _timer_fired(self, node: Node) -> None:
        progress = self._progress[node]
        if progress.state in FINAL_STATES:
            return
        if progress.resolving:
            self._out.append(Resolve(node=node))
            return
        queued = self._queue.waiting(node)
        for variation in self._variations:
            if variation not in progress.built | queued and variation not in progress.running:
                self._queue.push(node, variation)
                self._go_on(node)

    def _finish(self, node: Node, state: NodeState, why: str) -> None:
        progress = self._progress[node]
        self._announce(node, state, why)
        self._left -= 1
        for variation, attempt in sorted(progress.running.items()):
            self._out.append(CancelBuild(node=node, variation=variation, attempt=attempt))
            self._queue.free(node.arch)
        progress.running.clear()
        if not self._is_usable(node) and not self._keep_going and not self._stopping:
            self._stop(f"{node} is {state}")
        self._settle_dependents(node)

    def _stop(self, why: str) -> None:
        """Start nothing more and cancel what runs."""
        self._stopping = f"the run was stopped: {why}"
        self._queue.clear()
        for node, progress in self._progress.items():
            if progress.state not in FINAL_STATES and not progress.stuck and progress.state is not NodeState.VERIFYING:
                self._finish(node, NodeState.CANCELLED, self._stopping)

    def _announce(self, node: Node, state: NodeState, why: str) -> None:
        progress = self._progress[node]
        if (progress.state, progress.why) != (state, why):
            progress.state, progress.why = state, why
            self._out.append(Announce(node=node, state=state, why=why))

    def _flush(self) -> list[Instruction]:
        while self._to_settle:
            self._settle(self._to_settle.popleft())
        for node, variation in self._queue.startable():
            self._begin(node, variation)
        out, self._out = self._out, []
        return out

    def _begin(self, node: Node, variation: str) -> None:
        progress = self._progress[node]
        if progress.state in FINAL_STATES or progress.build_id is None:
            return
        attempt = progress.attempts.get(variation, 0) + 1
        progress.attempts[variation] = attempt
        progress.running[variation] = attempt
        self._queue.occupy(node.arch)
        self._announce(node, NodeState.BUILDING, self._running(node))
        self._out.append(StartBuild(node=node, build_id=progress.build_id, variation=variation, attempt=attempt))


def _reversed(needs: Mapping[Node, frozenset[Node]]) -> dict[Node, set[Node]]:
    """Return for each node those that need it."""
    dependents: dict[Node, set[Node]] = {}
    for node, found in needs.items():
        for need in found:
            dependents.setdefault(need, set()).add(node)
    return dependents
