"""Gathers what a plan is made from: the inputs of every node as they are now, and as they were last."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from farm.build import BuiltRpm
from farm.digest import Digest
from farm.errors import FarmError, UnresolvableError
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.node_inputs import NodeInputs, load_inputs
from farm.project.farm_settings import FarmSettings
from farm.states import NodeState
from farm.store.artifact_store import ArtifactStore
from farm.verdict import Verdict, VerdictStatus
from scheduler.known_graph import KnownGraph, real_packages
from scheduler.node import Node
from scheduler.plan import Action, LastBuild, Plan, make_plan
from scheduler.plan_memory import PlanMemory
from scheduler.preparation import Prepared, first_round
from scheduler.quarantine import quarantine_words, quarantined
from scheduler.reasons import Quarantined, Unresolvable
from scheduler.resolution import MoreRequires

_TELLING_STATES = (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE, NodeState.FAILED, NodeState.TIMED_OUT)
"""States that say something of the inputs they were reached with."""


class SolvesOnly(Protocol):
    """Finds the inputs of a node without running anything; `scheduler.resolution.Resolver` for real."""

    def solve_only(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires | None:
        """Return the inputs of a node; None, or more requirements, where only a run can find them."""
        ...


class Planner:
    """Plans without building anything.

    Args:
        today: the date on which waivers are looked at.
        memory: what earlier plans found; it makes no plan another one.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        store: ArtifactStore,
        resolver: SolvesOnly,
        settings: FarmSettings,
        prepared: Mapping[str, Prepared | FarmError],
        known: KnownGraph,
        today: date,
        memory: PlanMemory | None = None,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._resolver = resolver
        self._settings = settings
        self._prepared = prepared
        self._known = known
        self._today = today
        self._told = _by_node(ledger.last_outcomes(_TELLING_STATES))
        self._good = self._told
        if any(it.state is not NodeState.REPRODUCIBLE for it in self._told.values()):
            self._good = _by_node(ledger.last_outcomes((NodeState.REPRODUCIBLE,)))
        self._quarantined = quarantined(ledger)
        builds = {it.build_id for found in (self._told, self._good) for it in found.values() if it.build_id}
        self._verdicts: dict[Digest, Verdict | None] = {**ledger.verdicts(builds)}
        self._built: dict[Node, tuple[BuiltRpm, ...]] = {}
        self._waived: frozenset[Node] | None = None
        self._memory = memory
        self._same: dict[Node, NodeState] = {}
        self._passed: dict[Node, Verdict] = {}
        self._first: dict[Node, Prepared] = {}

    def plan(self, *, selected: Collection[Node] | None) -> Plan:
        """Plan a run of the selected nodes and all that they need."""
        self.learn_what_was_made()
        graph = self._known.graph
        self._first = first_round(self._prepared, self._known.bootstraps)
        nodes = self._known.needs(selected)
        current = {node: found for node in nodes if (found := self._current(node)) is not None}
        if self._memory is not None:
            self._memory.solved.save()
        return make_plan(
            graph,
            current=current,
            last={node: last for node in nodes if (last := self._judged(current, node) or self._last(node))},
            selected=selected,
            waived=self.waived(),
            quarantined=self._in_quarantine(current),
        )

    def learn_what_was_made(self) -> None:
        """Take the real provides of the last good full builds into the graph, as the last run did when they ended."""
        made = {node: verdict for node in self._known.nodes if (verdict := self._last_full(node)) is not None}
        real = real_packages if self._memory is None else self._memory.real_packages
        self._known.learn_packages({node: real(self._store, it.rpms) for node, it in made.items()})
        if self._memory is not None:
            self._memory.packages.save()

    def settled(self, plan: Plan) -> dict[Node, Verdict]:
        """Return the verdicts on nodes that a run need not look at.

        Their inputs are those of a verdict that passes, their RPMs are there, and all that they need is settled, too.
        """
        found: dict[Node, Verdict] = {}
        for it in plan.nodes:
            verdict = self._passed.get(it.node)
            if (
                it.action is Action.REUSE
                and verdict is not None
                and all(provider in found for provider in self._known.graph.providers(it.node))
                and all(self._store.has(rpm.digest) for rpm in verdict.rpms)
            ):
                found[it.node] = verdict
        return found

    def waived(self) -> frozenset[Node]:
        """Return the nodes that a waiver of the project lets through today."""
        if self._waived is None:
            nodes = self._known.graph.nodes
            self._waived = frozenset(node for node in nodes if self._settings.waiver_for(*node, self._today))
        return self._waived

    def _current(self, node: Node) -> NodeInputs | Unresolvable | None:
        """Return the inputs of a node against what its parents gave last; None where they gave nothing yet.

        None, too, where it is remembered what they are, and there is a verdict on that: see `_same`.
        """
        verdict = self._judged_before(node)
        found = None
        if verdict is not None:
            self._same[node] = NodeState(verdict.status)
        else:
            found = self._solved(node)
            verdict = self._verdict(found.build.build_id) if isinstance(found, NodeInputs) else None
        if verdict is not None and self._passes(node, verdict):
            self._passed[node] = verdict
        else:
            verdict = self._last_good(node)
        if verdict is not None:
            self._built[node] = verdict.rpms
            if self._memory is not None:
                self._memory.solved.made(node, verdict.rpms, self._known.graph.providers(node))
        return found

    def _judged_before(self, node: Node) -> Verdict | None:
        """Return the verdict on the inputs of a node where it is remembered what they are."""
        prepared, key = self._source(node), self._key(node)
        if self._memory is None or key is None or isinstance(prepared, FarmError):
            return None
        build_id = self._memory.solved.build_id(key, prepared, node.arch)
        return None if build_id is None else self._verdict(build_id)

    def _source(self, node: Node) -> Prepared | FarmError:
        """Return what the first round makes a node from."""
        return self._first.get(node) or self._prepared[node.component]

    def _key(self, node: Node) -> Digest | None:
        prepared = self._source(node)
        if self._memory is None or isinstance(prepared, FarmError):
            return None
        return self._memory.solved.key(node, prepared, self._known.graph.providers(node))

    def _solved(self, node: Node) -> NodeInputs | Unresolvable | None:
        prepared = self._source(node)
        if isinstance(prepared, FarmError):
            return Unresolvable(why=": ".join(filter(None, (prepared.what, prepared.why.partition("\n")[0]))))
        ancestors = self._known.graph.ancestors(node)
        if not ancestors <= self._built.keys():
            return None
        try:
            found = self._resolver.solve_only(
                node, prepared, {ancestor: self._built[ancestor] for ancestor in ancestors}
            )
        except UnresolvableError as error:
            return Unresolvable(why=f"{error.what}: {error.why}")
        if not isinstance(found, NodeInputs):
            return self._as_last_time(node, prepared)
        key = self._key(node)
        if self._memory is not None and key is not None:
            self._memory.solved.remember(key, found.lock.id)
        return found

    def _as_last_time(self, node: Node, prepared: Prepared) -> NodeInputs | None:
        """Return what the inputs are if the buildroot stays as it was: only a run can ask `%generate_buildrequires`."""
        inputs = self._inputs_of(self._quarantined.get(node) or self._told.get(node))
        return None if inputs is None else prepared.inputs(node.arch, inputs.lock)

    def _in_quarantine(self, current: Mapping[Node, NodeInputs | Unresolvable]) -> dict[Node, Quarantined]:
        """Return the nodes whose inputs of now are those of a build in quarantine."""
        return {
            node: Quarantined(why=quarantine_words(outcome))
            for node, outcome in self._quarantined.items()
            if isinstance(found := current.get(node), NodeInputs)
            and found.build.build_id == outcome.build_id
            and self._verdict(found.build.build_id) is None
        }

    def _passes(self, node: Node, verdict: Verdict) -> bool:
        return verdict.status is VerdictStatus.REPRODUCIBLE or (
            verdict.status is VerdictStatus.UNREPRODUCIBLE and node in self.waived()
        )

    def _last_good(self, node: Node) -> Verdict | None:
        outcome = self._good.get(node)
        return None if outcome is None or outcome.build_id is None else self._verdict(outcome.build_id)

    def _last_full(self, node: Node) -> Verdict | None:
        """Return the verdict on the last good build that was none with a bootstrap bcond: that has other packages."""
        prepared = self._prepared.get(node.component)
        if not isinstance(prepared, Prepared) or prepared.first is None:
            return self._last_good(node)
        for _, outcome in self._ledger.past_outcomes(*node, (NodeState.REPRODUCIBLE,)):
            inputs = self._inputs_of(outcome)
            if inputs is not None and not inputs.bootstrap:
                return self._verdict(inputs.build.build_id)
        return None

    def _verdict(self, build_id: Digest) -> Verdict | None:
        """Return a verdict: those of last builds were all read at once."""
        if build_id not in self._verdicts:
            self._verdicts[build_id] = self._ledger.verdict(build_id)
        return self._verdicts[build_id]

    def _judged(self, current: Mapping[Node, NodeInputs | Unresolvable], node: Node) -> LastBuild | None:
        """Return the verdict on the very inputs of now, though other inputs may have been built since (a revert)."""
        if node in self._same:
            return LastBuild(inputs=None, state=self._same[node])
        inputs = current.get(node)
        verdict = self._verdict(inputs.build.build_id) if isinstance(inputs, NodeInputs) else None
        if not isinstance(inputs, NodeInputs) or verdict is None:
            return None
        return LastBuild(inputs=inputs, state=NodeState(verdict.status))

    def _last(self, node: Node) -> LastBuild | None:
        outcome = self._told.get(node)
        inputs = self._inputs_of(outcome)
        return None if outcome is None or inputs is None else LastBuild(inputs=inputs, state=outcome.state)

    def _inputs_of(self, outcome: NodeOutcome | None) -> NodeInputs | None:
        """Return the inputs that an outcome was reached with, where there were any."""
        return None if outcome is None or outcome.build_id is None else load_inputs(self._store, outcome.build_id)


def _by_node(outcomes: Sequence[NodeOutcome]) -> dict[Node, NodeOutcome]:
    return {Node(it.component, it.arch): it for it in outcomes}
