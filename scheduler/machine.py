"""The state machine of a run: events in, instructions out; no clock, no random, no I/O (design decision 4).

A node is resolved when everything it needs is reproducible, built in every variation, and judged. What fails blocks
its dependents and nothing else. What begins first is the policy's business, where it runs that of `ready_builds`.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping

from farm.build import BuildOutcome
from farm.states import FINAL_STATES, NodeState
from farm.verdict import VerdictStatus
from scheduler import messages
from scheduler.build_order import BuildOrder
from scheduler.messages import AlarmKind, Announce, CancelBuild, Instruction, Judge, Resolve, SetTimer, StartBuild
from scheduler.node import Node
from scheduler.open_needs import OpenNeeds
from scheduler.policy import NodeNeeds, Policy
from scheduler.ready_builds import Build, ReadyBuilds
from scheduler.resolve_queue import ResolveQueue
from scheduler.retry import GiveUp, RetryPolicy
from scheduler.run_nodes import RunNodes
from scheduler.worker_node import Place

_ENDED_AS = {BuildOutcome.FAILED: NodeState.FAILED, BuildOutcome.TIMED_OUT: NodeState.TIMED_OUT}
_JUDGED_AS = {
    VerdictStatus.REPRODUCIBLE: NodeState.REPRODUCIBLE,
    VerdictStatus.UNREPRODUCIBLE: NodeState.UNREPRODUCIBLE,
    VerdictStatus.FAILED: NodeState.FAILED,
}
_PATIENCE_SECONDS = 7200.0
_SHOWN = 3
_RESOLVING_AT_ONCE = 64


class Machine:
    """The core of a run.

    Args:
        needs: for each node of the run, the nodes that must be reproducible before it.
        variations: names of the builds that each node gets, in order of preference.
        waived: nodes that the project lets through though they are not reproducible.
        keep_going: go on with what does not need a failed node.
        patience: seconds without any progress after which an alarm is raised, again and again.
        resolving_at_once: of so many nodes inputs are found at a time.
    """

    def __init__(
        self,
        *,
        needs: NodeNeeds,
        policy: Policy,
        variations: tuple[str, ...],
        retry: RetryPolicy,
        keep_going: bool,
        waived: frozenset[Node] = frozenset(),
        patience: float = _PATIENCE_SECONDS,
        resolving_at_once: int = _RESOLVING_AT_ONCE,
    ) -> None:
        self._nodes = RunNodes(needs, waived)
        self._open = OpenNeeds(needs, self._nodes.is_awaited)
        self._order = BuildOrder(policy, variations)
        self._to_resolve = ResolveQueue(resolving_at_once)
        self._variations = variations
        self._retry = retry
        self._keep_going = keep_going
        self._patience = patience
        self._stopping = ""
        self._paused = False
        self._left = len(self._nodes)
        self._moves = 0
        self._to_settle: deque[tuple[Node, Node | None]] = deque()
        self._ready = ReadyBuilds()
        self._out: list[Instruction] = []
        self._order.rank(self._open.needs)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do: every node is final, or waits for one that will never be usable."""
        return not self._left

    @property
    def nodes(self) -> list[Node]:
        """All nodes, sorted."""
        return sorted(self._nodes)

    def state(self, node: Node) -> NodeState:
        """Return the state of a node."""
        return self._nodes[node].state

    def why(self, node: Node) -> str:
        """Return the reason of the state of a node."""
        return self._nodes[node].why

    def start(self) -> list[Instruction]:
        """Begin the run."""
        self._to_settle.extend((node, None) for node in self._nodes)
        self._watch()
        return self._flush()

    def handle(self, event: messages.Event) -> list[Instruction]:  # noqa: C901, PLR0912 - one case a message
        """Take in one event and return what is to be done now. An event that is out of date changes nothing."""
        match event:
            case messages.Resolved():
                self._resolved(event)
            case messages.Unresolved(node=node, state=state, why=why):
                if self._take_resolution(node):
                    self._finish(node, state, why)
            case messages.NeedsChanged(node=node, needs=needs):
                self._needs_changed(node, needs)
            case messages.HeldElsewhere(node=node, holder=holder):
                self._held(node, holder)
            case messages.BuildEnded():
                self._build_ended(event)
            case messages.Judged(node=node, status=status, why=why):
                if self._nodes[node].state is NodeState.VERIFYING:
                    self._finish(node, _JUDGED_AS[status], why)
            case messages.JudgingFailed(node=node, why=why):
                if self._nodes[node].state is NodeState.VERIFYING:
                    self._finish(node, NodeState.INFRA_ERROR, why)
            case messages.TimerFired(node=node, variation=variation):
                self._timer_fired(node, variation)
            case messages.WatchFired(mark=mark):
                self._watch_fired(mark)
            case messages.WorkersChanged(workers=workers):
                self._ready.set_workers(workers)
            case messages.StopRequested(why=why):
                self._stop(why)
            case messages.DrainRequested(why=why):
                self._drain(why)
            case messages.PauseRequested():
                self._paused = True
            case messages.ResumeRequested():
                self._paused = False
            case messages.CancelRequested(nodes=nodes, why=why):
                self._cancel(nodes, why)
            case messages.AskChanged(nodes=nodes, ask=ask):
                self._order.ask(nodes, ask)
                self._order.rank(self._open.needs)
                self._line_up_again(self._nodes)
        return self._flush()

    # Needs

    def _settle(self, node: Node, because: Node | None) -> None:
        """Resolve a node whose needs are met; say what it waits for where they are not.

        Args:
            because: the need that came to its end; None where all of them are looked at.
        """
        progress = self._nodes[node]
        if progress.started or progress.over:
            return
        if self._stopping:
            self._finish(node, NodeState.CANCELLED, self._stopping)
            return
        if because is not None and self._nodes.is_usable(because):
            if not self._open.strike(node, because):
                return
            dead = None
        else:
            dead = self._nodes.first_dead(self._open.missing(node) if because is None else (because,))
        if dead is not None:
            progress.stuck = True
            self._left -= 1
            self._announce(node, NodeState.BLOCKED, f"needs {dead}, which is {self._nodes[dead].state}")
            self._settle_dependents(node)
        elif self._open.missing(node):
            self._announce(node, NodeState.BLOCKED, self._open.words(node))
        else:
            self._to_resolve.push(node, self._order.urgency(node))

    def _settle_dependents(self, node: Node) -> None:
        """Look at them again before the event is through: not at once, because chains are deeper than the stack."""
        self._to_settle.extend((dependent, node) for dependent in self._open.dependents(node))

    def _needs_changed(self, node: Node | None, needs: NodeNeeds) -> None:
        changed: set[Node] = set()
        if node is not None:
            self._take_resolution(node)
            changed.add(node)
        for other, found in needs.items():
            if other not in self._nodes:
                self._nodes.add(other)
                self._left += 1
            if not self._nodes[other].started and self._open.change(other, found):
                changed.add(other)
        self._order.rank(self._open.needs)
        self._to_settle.extend((other, None) for other in sorted(changed))

    # Resolving

    def _is_to_resolve(self, node: Node) -> bool:
        progress = self._nodes[node]
        return not progress.started and not progress.over and not self._open.missing(node)

    def _ask_for_inputs(self, node: Node) -> None:
        self._nodes[node].resolving = True
        self._to_resolve.asked(node)
        self._out.append(Resolve(node=node))

    def _take_resolution(self, node: Node) -> bool:
        """Close an open question about a node; tell whether there was one."""
        self._to_resolve.answered(node)
        progress = self._nodes[node]
        waited = progress.resolving and progress.state not in FINAL_STATES
        progress.resolving = False
        return waited

    def _held(self, node: Node, holder: str) -> None:
        if self._take_resolution(node):
            self._nodes[node].resolving = True
            self._announce(node, NodeState.QUEUED, f"is being built by {holder}")
            self._out.append(SetTimer(node=node, seconds=self._retry.poll_seconds))

    def _resolved(self, event: messages.Resolved) -> None:
        if not self._take_resolution(event.node):
            return
        self._moves += 1
        progress = self._nodes[event.node]
        progress.build_id = event.build_id
        progress.built.update(name for name in event.built if name in self._variations)
        progress.placed.update(event.places)
        if event.verdict is not None:
            self._finish(event.node, _JUDGED_AS[event.verdict], event.why)
            return
        if not self._judge_if_complete(event.node):
            self._wait_for_slot(event.node)
            for variation in self._variations:
                if variation not in progress.built:
                    self._line_up(event.node, variation)

    # Building

    def wanted_slots(self) -> Mapping[str, int]:
        """Return how many slots of each architecture the builds that wait or run could use now."""
        return self._ready.wanted_slots()

    def _line_up(self, node: Node, variation: str) -> None:
        """Let a build wait for its place, unless it can have none."""
        if self._nodes[node].over:
            return
        build = Build(node, variation)
        wish = self._order.wish(build, self._nodes[node].placed)
        if self._ready.fits_nowhere(node.arch, wish.demand):
            needs = f"{wish.demand.memory_bytes >> 20} MiB of memory and {wish.demand.disk_bytes >> 20} MiB of disk"
            self._alarm(AlarmKind.TOO_BIG, f"{node} needs {needs}, which no {node.arch} worker has")
            if self._ready.never_fits_later:
                self._finish(node, NodeState.INFRA_ERROR, f"needs {needs}, which this machine has not")
                return
            self._announce(node, NodeState.QUEUED, f"waits for a bigger {node.arch} worker")
        self._ready.push(build, wish)

    def _line_up_again(self, nodes: Iterable[Node]) -> None:
        """Put builds that wait where they belong now."""
        for node in nodes:
            for variation in self._variations:
                if self._ready.waits(Build(node, variation)):
                    self._line_up(node, variation)

    def _wait_for_slot(self, node: Node) -> None:
        self._announce(node, NodeState.QUEUED, f"waits for a free {node.arch} slot")

    def _begin_builds(self) -> None:
        """Begin what there is room for, and say once of each node what runs of it now."""
        starts = [start for build, place in self._ready.startable() if (start := self._begin(build, place))]
        for node in dict.fromkeys(start.node for start in starts):
            self._announce(node, NodeState.BUILDING, self._running(node))
        self._out += starts

    def _begin(self, build: Build, place: Place) -> StartBuild | None:
        node, variation = build
        progress = self._nodes[node]
        if progress.build_id is None:
            self._ready.end(build)
            return None
        attempt = progress.attempts.get(variation, 0) + 1
        progress.attempts[variation] = progress.running[variation] = attempt
        progress.placed[variation] = place.worker
        self._line_up_again([node])
        return StartBuild(node=node, build_id=progress.build_id, variation=variation, attempt=attempt, place=place)

    def _running(self, node: Node) -> str:
        """Return which builds run, for people; empty where none does."""
        running = [name for name in self._variations if name in self._nodes[node].running]
        return f"{' and '.join(running)} build" if running else ""

    def _build_ended(self, event: messages.BuildEnded) -> None:
        progress = self._nodes[event.node]
        if progress.running.get(event.variation) != event.attempt:
            return
        del progress.running[event.variation]
        self._ready.end(Build(event.node, event.variation))
        if event.outcome is BuildOutcome.SUCCEEDED:
            self._moves += 1
            progress.built.add(event.variation)
            if not self._judge_if_complete(event.node):
                self._go_on(event.node)
        elif event.outcome is BuildOutcome.INFRA_ERROR:
            self._try_again(event)
        else:
            self._finish(event.node, _ENDED_AS[event.outcome], event.why)

    def _judge_if_complete(self, node: Node) -> bool:
        progress = self._nodes[node]
        if not progress.built.issuperset(self._variations) or progress.build_id is None:
            return False
        self._announce(node, NodeState.VERIFYING, "comparing " + " and ".join(self._variations))
        self._out.append(Judge(node=node))
        return True

    def _go_on(self, node: Node) -> None:
        """Say what a node does whose builds are not all done."""
        running = self._running(node)
        if running:
            self._announce(node, NodeState.BUILDING, running)
        elif self._stopping:
            self._finish(node, NodeState.CANCELLED, self._stopping)
        else:
            self._wait_for_slot(node)

    def _try_again(self, event: messages.BuildEnded) -> None:
        node, variation = event.node, event.variation
        progress = self._nodes[node]
        progress.lose(variation, event.loss)
        if self._stopping:
            self._go_on(node)
            return
        failed = progress.failed.get(variation, 0)
        after = self._retry.after(event.loss, progress.losses, failed)
        if isinstance(after, GiveUp):
            if after.poison:
                self._alarm(AlarmKind.POISON, f"{node} is quarantined: {after.why}", node)
            self._finish(node, NodeState.INFRA_ERROR, f"{event.why} ({after.why})")
            return
        again = f"attempt {event.attempt + 1} in {after.seconds:g} s: {event.why}"
        running = self._running(node)
        if running:
            self._announce(node, NodeState.BUILDING, f"{running}; {variation} build: {again}")
        else:
            self._announce(node, NodeState.QUEUED, again)
        self._out.append(SetTimer(node=node, seconds=after.seconds, variation=variation))

    def _timer_fired(self, node: Node, variation: str) -> None:
        progress = self._nodes[node]
        if progress.over:
            return
        if not variation:
            if progress.resolving:
                self._ask_for_inputs(node)
            return
        build = Build(node, variation)
        if variation not in progress.built and variation not in progress.running and not self._ready.waits(build):
            self._line_up(node, variation)
            self._go_on(node)

    # The end of a node, and of a run

    def _finish(self, node: Node, state: NodeState, why: str) -> None:
        progress = self._nodes[node]
        self._moves += 1
        self._announce(node, state, why)
        self._left -= 1
        for variation in self._variations:
            self._ready.discard(Build(node, variation))
        for variation, attempt in sorted(progress.running.items()):
            self._out.append(CancelBuild(node=node, variation=variation, attempt=attempt))
            self._ready.end(Build(node, variation))
        progress.running.clear()
        if not self._nodes.is_usable(node) and not self._keep_going and not self._stopping:
            self._stop(f"{node} is {state}")
        self._settle_dependents(node)

    def _stop(self, why: str) -> None:
        """Start nothing more and cancel what runs."""
        self._stopping = f"the run was stopped: {why}"
        for node, progress in self._nodes.items():
            if not progress.over and progress.state is not NodeState.VERIFYING:
                self._finish(node, NodeState.CANCELLED, self._stopping)

    def _drain(self, why: str) -> None:
        """Start nothing more and let what runs come to its end."""
        self._stopping = self._stopping or f"the run was drained: {why}"
        for node, progress in self._nodes.items():
            for variation in self._variations:
                self._ready.discard(Build(node, variation))
            if not progress.over and not progress.running and progress.state is not NodeState.VERIFYING:
                self._finish(node, NodeState.CANCELLED, self._stopping)

    def _cancel(self, nodes: Collection[Node], why: str) -> None:
        for node in nodes:
            if node in self._nodes and not self._nodes[node].over:
                self._cancel_one(node, why)

    def _cancel_one(self, node: Node, why: str) -> None:
        """End a node alone: that a person gave it up stops no run."""
        keep_going, self._keep_going = self._keep_going, True
        self._finish(node, NodeState.CANCELLED, f"cancelled: {why}")
        self._keep_going = keep_going

    # Telling

    def _watch(self) -> None:
        self._out.append(messages.SetWatch(mark=self._moves, seconds=self._patience))

    def _watch_fired(self, mark: int) -> None:
        if self.finished:
            return
        if mark == self._moves:
            words = "paused; " if self._paused else ""
            found = [node for node, progress in self._nodes.items() if progress.running]
            names = ", ".join(map(str, found[:_SHOWN])) + (" and others" if len(found) > _SHOWN else "")
            running = f"running: {names}" if found else "nothing runs"
            self._alarm(
                AlarmKind.NO_PROGRESS,
                f"no progress for {self._patience:g} s: {words}{running}; {len(self._ready)} builds wait",
            )
        self._watch()

    def _alarm(self, kind: AlarmKind, why: str, node: Node | None = None) -> None:
        self._out.append(messages.RaiseAlarm(kind=kind, why=why, node=node))

    def _announce(self, node: Node, state: NodeState, why: str) -> None:
        progress = self._nodes[node]
        if (progress.state, progress.why) != (state, why):
            progress.state, progress.why = state, why
            self._out.append(Announce(node=node, state=state, why=why))

    def _flush(self) -> list[Instruction]:
        while self._to_settle:
            self._settle(*self._to_settle.popleft())
        for node in self._to_resolve.due(self._is_to_resolve):
            self._ask_for_inputs(node)
        if not self._paused:
            self._begin_builds()
        out, self._out = self._out, []
        return out
