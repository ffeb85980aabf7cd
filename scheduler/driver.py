"""Drives a run: carries the machine's instructions out, and the world's answers back in.

The driver's thread alone talks to the machine and the ledger. Solving runs in a small pool, builds on the executor;
both answer through the inbox.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol

from farm.build import BuildLimits, BuildOutcome, BuildResult, BuiltRpm
from farm.clock import Clock
from farm.digest import Digest
from farm.errors import FarmError
from farm.events import BuildFinished, BuildStarted, NodeChanged, VerdictReached
from farm.identity import random_name
from farm.ledger.errors import StaleLeaseError
from farm.ledger.ledger import Ledger
from farm.ledger.values import Lease, NodeOutcome
from farm.node_inputs import NodeInputs, save_inputs
from farm.states import FINAL_STATES, NodeState
from farm.store.artifact_store import ArtifactStore
from farm.verdict import RpmDifference, Verdict, VerdictStatus
from scheduler import messages
from scheduler.executor import Executor, Lost
from scheduler.known_graph import KnownGraph, real_packages
from scheduler.leases import BuildLeases
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.preparation import Prepared
from scheduler.report import Reporter
from scheduler.resolution import MoreRequires
from scheduler.stop_signals import signals_stop
from workers.build import BuildRequest
from workers.compare import compare, judge
from workers.differ import Explanation
from workers.site import Site
from workers.tasks import BuildTask, ExplainTask
from workers.variation import further_variation

VARIATIONS = ("first", "second")
"""Every build id is built in these surroundings before it is judged."""

_RESOLVERS = 2
_TICK_SECONDS = 5.0
_STATE_OF_ERROR = {6: NodeState.UNRESOLVABLE, 8: NodeState.INFRA_ERROR}

Answer = Callable[[], messages.Event | None]


class Resolves(Protocol):
    """Finds the inputs of a node; `scheduler.resolution.Resolver` for real."""

    def resolve(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires | None:
        """Return the inputs of a node, or the requirements that the graph must learn of first."""
        ...


@dataclass(slots=True, kw_only=True)
class _Current:
    """What the driver knows of a node that it is building; `seconds` is what its builds took, together."""

    inputs: NodeInputs
    seconds: float = 0.0
    lease: Lease | None = None

    @property
    def build_id(self) -> Digest:
        return self.inputs.build.build_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a driver works with."""

    ledger: Ledger
    store: ArtifactStore
    executor: Executor
    reporter: Reporter
    clock: Clock
    sites: Callable[[str], Site]
    limits: BuildLimits


class Driver:
    """One run of the scheduler.

    Args:
        run_id: the run in the ledger that everything is recorded under.
        prepared: each component, or why it could not be prepared.
        known: the graph, which grows.
        forced: nodes that are built although a verdict is known.
    """

    def __init__(
        self,
        *,
        run_id: str,
        machine: Machine,
        known: KnownGraph,
        resolver: Resolves,
        prepared: Mapping[str, Prepared | FarmError],
        wanted: Sequence[Node],
        surroundings: Surroundings,
    ) -> None:
        self._run_id = run_id
        self._machine = machine
        self._known = known
        self._resolver = resolver
        self._prepared = prepared
        self._wanted = wanted
        self._ledger = surroundings.ledger
        self._store = surroundings.store
        self._executor = surroundings.executor
        self._reporter = surroundings.reporter
        self._clock = surroundings.clock
        self._sites = surroundings.sites
        self._limits = surroundings.limits
        self._leases = BuildLeases(surroundings.ledger, surroundings.clock)
        self._pool = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")
        self._inbox: SimpleQueue[Answer] = SimpleQueue()
        self._timers: list[tuple[float, Node]] = []
        self._current: dict[Node, _Current] = {}
        self._built: dict[Node, tuple[BuiltRpm, ...]] = {}
        self._interrupted = False

    def run(self) -> list[NodeOutcome]:
        """Run to the end and return how each node ended.

        Raises:
            KeyboardInterrupt: the person interrupted it; everything that had ended is recorded.
        """
        for arch, slots in sorted(self._executor.slots().items()):
            self._tell(messages.SlotsChanged(arch=arch, slots=slots))
        self._perform(self._machine.start())
        try:
            with signals_stop(self._interrupt):
                while not self._machine.finished:
                    self._step()
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._leases.release_all()
        outcomes = self._record_blocked()
        if self._interrupted:
            raise KeyboardInterrupt
        return outcomes

    def _interrupt(self) -> None:
        self._interrupted = True
        self._inbox.put(lambda: messages.StopRequested(why="interrupted"))

    def _step(self) -> None:
        """Wait for the next answer or timer, and pass it on."""
        now = self._clock.monotonic()
        while self._timers and self._timers[0][0] <= now:
            self._tell(messages.TimerFired(node=heapq.heappop(self._timers)[1]))
        self._leases.renew_due()
        wait = min(_TICK_SECONDS, self._timers[0][0] - now if self._timers else _TICK_SECONDS)
        try:
            answer = self._inbox.get(timeout=max(wait, 0.0))
        except Empty:
            return
        event = answer()
        if event is not None:
            self._tell(event)

    def _tell(self, event: messages.Event) -> None:
        self._perform(self._machine.handle(event))

    def _perform(self, instructions: Sequence[messages.Instruction]) -> None:
        for instruction in instructions:
            match instruction:
                case messages.Resolve(node=node):
                    self._resolve(node)
                case messages.StartBuild():
                    self._start_build(instruction)
                case messages.CancelBuild(node=node, variation=variation, attempt=attempt):
                    self._cancel(node, variation, attempt)
                case messages.Judge(node=node):
                    self._judge(node)
                case messages.SetTimer(node=node, seconds=seconds):
                    heapq.heappush(self._timers, (self._clock.monotonic() + seconds, node))
                case messages.Announce(node=node, state=state, why=why):
                    self._announce(node, state, why)

    # Resolving

    def _resolve(self, node: Node) -> None:
        prepared = self._prepared[node.component]
        if isinstance(prepared, FarmError):
            self._inbox.put(partial(self._unresolved, node, prepared))
            return
        ancestors = self._known.graph.ancestors(node)
        built = {ancestor: self._built[ancestor] for ancestor in sorted(ancestors) if ancestor in self._built}
        job = self._pool.submit(self._resolver.resolve, node, prepared, built)
        job.add_done_callback(lambda done: self._inbox.put(partial(self._resolution_ended, node, done)))

    def _resolution_ended(self, node: Node, done: Future[NodeInputs | MoreRequires | None]) -> messages.Event | None:
        try:
            found = done.result()
        except FarmError as error:
            return self._unresolved(node, error)
        if isinstance(found, MoreRequires):
            self._known.learn_requires(node, found.requires)
            return messages.NeedsChanged(node=node, needs=self._known.needs(self._wanted))
        if found is None:
            return None
        return self._resolved(node, found)

    def _unresolved(self, node: Node, error: FarmError) -> messages.Event:
        state = _STATE_OF_ERROR.get(error.exit_status, NodeState.FAILED)
        self._reporter.problem(node, error)
        return messages.Unresolved(node=node, state=state, why=_one_line(error))

    def _resolved(self, node: Node, inputs: NodeInputs) -> messages.Event:
        build_id = inputs.build.build_id
        save_inputs(self._store, inputs)
        current = _Current(inputs=inputs)
        self._current[node] = current
        verdict = self._ledger.verdict(build_id)
        if verdict is not None and all(self._store.has(rpm.digest) for rpm in verdict.rpms):
            self._usable(node, verdict)
            why = _known_why(verdict)
            return messages.Resolved(node=node, build_id=build_id, built=(), verdict=verdict.status, why=why)
        current.lease = self._leases.take(build_id)
        if current.lease is None:
            return messages.HeldElsewhere(node=node, holder=self._leases.holder_of(build_id))
        return messages.Resolved(node=node, build_id=build_id, built=self._finished_builds(build_id), verdict=None)

    def _finished_builds(self, build_id: Digest) -> tuple[str, ...]:
        """Return the variations that succeeded already and whose RPMs are still there."""
        return tuple(
            result.variation.name
            for result in self._ledger.latest_results(build_id)
            if result.outcome is BuildOutcome.SUCCEEDED and all(self._store.has(rpm.digest) for rpm in result.rpms)
        )

    # Building

    def _start_build(self, start: messages.StartBuild) -> None:
        inputs = self._current[start.node].inputs
        lease = self._leases.take_attempt(start.build_id, start.variation)
        if lease is None:
            why = "another driver builds this variation"
            self._inbox.put(lambda: self._ended(start, BuildOutcome.INFRA_ERROR, why))
            return
        site = self._sites(start.node.arch)
        task = BuildTask(
            site=site,
            request=BuildRequest(
                inputs=inputs.build,
                source_rpm=inputs.source_rpm,
                variation=further_variation(start.build_id, VARIATIONS.index(start.variation)),
                limits=self._limits,
            ),
            lock=inputs.lock,
            live_log=site.state.live_log(start.build_id, start.variation),
            cancel=site.state.cancel_mark(random_name("attempt")),
        )
        self._emit(
            BuildStarted(
                component=start.node.component,
                arch=start.node.arch,
                build_id=start.build_id,
                variation=start.variation,
                worker="",
            )
        )
        self._executor.build(
            _key(start.node, start.variation, start.attempt),
            task,
            lambda answer: self._inbox.put(partial(self._build_done, start, lease, answer)),
        )

    def _build_done(self, start: messages.StartBuild, lease: Lease, answer: BuildResult | Lost) -> messages.Event:
        if isinstance(answer, BuildResult):
            try:
                self._ledger.record_result(lease, answer)
            except StaleLeaseError as error:
                answer = Lost(why=_one_line(error))
        self._leases.give_back(lease)
        if isinstance(answer, Lost):
            self._emit(self._finished_event(start, BuildOutcome.INFRA_ERROR, 0.0, None, answer.why))
            return self._ended(start, BuildOutcome.INFRA_ERROR, answer.why)
        summary = answer.cause.summary if answer.cause else ""
        self._current[start.node].seconds += answer.seconds
        self._emit(self._finished_event(start, answer.outcome, answer.seconds, answer.log, summary))
        if answer.outcome is not BuildOutcome.SUCCEEDED:
            self._reporter.failure(start.node, answer)
        return self._ended(start, answer.outcome, summary)

    def _ended(self, start: messages.StartBuild, outcome: BuildOutcome, why: str) -> messages.Event:
        return messages.BuildEnded(
            node=start.node, variation=start.variation, attempt=start.attempt, outcome=outcome, why=why
        )

    def _finished_event(
        self, start: messages.StartBuild, outcome: BuildOutcome, seconds: float, log: Digest | None, summary: str
    ) -> BuildFinished:
        return BuildFinished(
            component=start.node.component,
            arch=start.node.arch,
            build_id=start.build_id,
            variation=start.variation,
            outcome=outcome,
            seconds=seconds,
            log=log,
            summary=summary,
        )

    def _cancel(self, node: Node, variation: str, attempt: int) -> None:
        self._executor.cancel(_key(node, variation, attempt))
        self._leases.give_back_attempt(self._current[node].build_id, variation)

    # Judging

    def _judge(self, node: Node) -> None:
        current = self._current[node]
        results = {result.variation.name: result for result in self._ledger.latest_results(current.build_id)}
        compared = tuple(results[name] for name in VARIATIONS)
        differences = compare(compared[0], compared[1])
        if not differences:
            self._inbox.put(partial(self._conclude, node, compared, (), None))
            return
        task = ExplainTask(site=self._sites(node.arch), differences=differences, results=compared, limits=self._limits)
        self._executor.explain(
            f"explain {node} {current.build_id[:12]}",
            task,
            lambda answer: self._inbox.put(partial(self._conclude, node, compared, differences, answer)),
        )

    def _conclude(
        self,
        node: Node,
        compared: tuple[BuildResult, ...],
        differences: tuple[RpmDifference, ...],
        answer: Explanation | Lost | None,
    ) -> messages.Event:
        """Record the verdict. A difference that could not be explained is a difference all the same."""
        current = self._current[node]
        explanation = answer if isinstance(answer, Explanation) else None
        verdict = judge(
            current.inputs.build,
            compared,
            differences,
            explanation.causes if explanation else (),
            (explanation.text, explanation.html) if explanation else (None, None),
        )
        if current.lease is None:
            return messages.JudgingFailed(node=node, why="the lease on this build was given back")
        try:
            self._ledger.record_verdict(current.lease, verdict)
        except StaleLeaseError as error:
            return messages.JudgingFailed(node=node, why=_one_line(error))
        causes = tuple(cause.name for cause in verdict.causes)
        self._emit(
            VerdictReached(
                component=node.component,
                arch=node.arch,
                build_id=current.build_id,
                status=verdict.status,
                causes=causes,
            )
        )
        self._usable(node, verdict)
        return messages.Judged(node=node, status=verdict.status, why=_why(verdict))

    def _usable(self, node: Node, verdict: Verdict) -> None:
        """Let dependents see the packages of a node; its real provides may bring new edges to light."""
        self._built[node] = verdict.rpms
        if self._known.learn_packages(node, real_packages(self._store, verdict.rpms)):
            needs = self._known.needs(self._wanted)
            self._inbox.put(lambda: messages.NeedsChanged(node=None, needs=needs))

    # Recording

    def _announce(self, node: Node, state: NodeState, why: str) -> None:
        self._emit(NodeChanged(component=node.component, arch=node.arch, state=state, why=why))
        if state not in FINAL_STATES:
            return
        current = self._current.get(node)
        seconds = current.seconds if current else 0.0
        build_id = current.build_id if current else None
        self._record(node, state, why, build_id, seconds)
        if current is not None and current.lease is not None:
            self._leases.give_back(current.lease)
            current.lease = None

    def _record(self, node: Node, state: NodeState, why: str, build_id: Digest | None, seconds: float) -> None:
        outcome = NodeOutcome(
            component=node.component, arch=node.arch, state=state, build_id=build_id, why=why, seconds=seconds
        )
        self._ledger.record_outcome(self._run_id, outcome)

    def _record_blocked(self) -> list[NodeOutcome]:
        """Record the nodes that never had their turn, and return all outcomes."""
        for node in self._machine.nodes:
            if self._machine.state(node) not in FINAL_STATES:
                self._record(node, self._machine.state(node), self._machine.why(node), None, 0.0)
        return self._ledger.outcomes(self._run_id)

    def _emit(self, event: NodeChanged | BuildStarted | BuildFinished | VerdictReached) -> None:
        self._ledger.append(self._run_id, event)
        self._reporter.show(event)


def _why(verdict: Verdict) -> str:
    if verdict.status is VerdictStatus.REPRODUCIBLE:
        return f"{len(verdict.rpms)} RPMs, bit for bit"
    causes = ", ".join(cause.name for cause in verdict.causes) or "unknown cause"
    return f"{causes}: {', '.join(difference.filename for difference in verdict.differences)}"


def _known_why(verdict: Verdict) -> str:
    unchanged = "nothing that reaches the output has changed"
    return unchanged if verdict.status is VerdictStatus.REPRODUCIBLE else f"{unchanged}; {_why(verdict)}"


def _key(node: Node, variation: str, attempt: int) -> str:
    return f"build {node} {variation} {attempt}"


def _one_line(error: FarmError) -> str:
    first = next(iter(error.why.splitlines()), "")
    return f"{error.what}: {first}" if first else error.what
