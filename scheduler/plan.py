"""What a run will do, and why, node by node. Pure: same inputs, same plan, byte for byte."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from farm.node_inputs import NodeInputs
from farm.printable import printable
from farm.states import NodeState
from scheduler.bootstraps import Bootstrapped, IdleBootstrap
from scheduler.edges import CutEdge
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.node_changes import changes
from scheduler.reasons import (
    BootstrapFirst,
    LastFailed,
    MissingProvider,
    NeverBuilt,
    ParentRebuilt,
    ParentUnusable,
    Quarantined,
    Reason,
    Unreproducible,
    Unresolvable,
    UpToDate,
    describe,
)


class Action(StrEnum):
    """What becomes of a node in a run."""

    BUILD = "build"
    REUSE = "reuse"
    MAYBE = "maybe"
    """Built only if a package it is built against gets other bytes (early cutoff)."""
    BLOCKED = "blocked"


COLOURS = {Action.BUILD: "#e07b39", Action.MAYBE: "#f2c14e", Action.REUSE: "#6a994e", Action.BLOCKED: "#bc4749"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBuild:
    """The last recorded build of a node.

    Attributes:
        inputs: None where it is known without them that they are those of now.
        state: how it ended: a final state.
    """

    inputs: NodeInputs | None
    state: NodeState


class PlanNode(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a plan; there are thousands, and a dataclass takes ten times as long to make.

    Attributes:
        wave: 0 needs nothing of the project.
        needs: components it needs directly, sorted.
        reasons: never empty.
        blast_radius: number of nodes of the whole graph that need it, directly or not.
    """

    component: str
    arch: str
    action: Action
    reasons: tuple[Reason, ...]
    wave: int
    needs: tuple[str, ...]
    blast_radius: int

    @property
    def node(self) -> Node:
        """The node of the graph."""
        return Node(self.component, self.arch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: nodes in build order; edges that were cut, and nodes kept from their architecture, among them.

    Attributes:
        bootstraps: of its nodes those that begin a cycle with their bcond; they have a reason that says so, too.
        idle_bootstraps: those that have a bcond and are built in full all the same.
    """

    nodes: tuple[PlanNode, ...]
    cut: tuple[CutEdge, ...]
    excluded: tuple[tuple[Node, str], ...]
    bootstraps: tuple[Bootstrapped, ...] = ()
    idle_bootstraps: tuple[IdleBootstrap, ...] = ()


def make_plan(
    graph: BuildGraph,
    *,
    current: Mapping[Node, NodeInputs | Unresolvable],
    last: Mapping[Node, LastBuild],
    selected: Collection[Node] | None = None,
    waived: Collection[Node] = (),
    quarantined: Mapping[Node, Quarantined] | None = None,
) -> Plan:
    """Plan a run.

    Args:
        current: inputs as they are now, solved against what was last built; a node without an entry cannot be
            solved before its parents are built.
        last: the last recorded build of each node.
        selected: nodes asked for; what they need is added. All, where None.
        waived: unreproducible nodes that a waiver of the project lets through.
        quarantined: nodes that are not tried again with their `current` inputs.
    """
    planner = _Planner(graph, current=current, last=last, waived=set(waived), quarantined=quarantined or {})
    return _planned(graph, planner, selected)


def _planned(graph: BuildGraph, planner: "_Planner", selected: Collection[Node] | None) -> Plan:
    begun = bootstrap_reasons(graph)

    def decided(node: Node) -> PlanNode:
        action, reasons = planner.decide(node)
        return plan_node(graph, node, action, (*reasons, *begun[node]) if node in begun else reasons)

    if selected is None:
        return Plan(
            nodes=tuple([decided(node) for node in graph.nodes]),
            cut=graph.cut,
            excluded=graph.excluded,
            bootstraps=graph.bootstraps,
            idle_bootstraps=graph.idle_bootstraps,
        )
    wanted = graph.with_ancestors([Node(*node) for node in selected])
    components = {component for component, _ in (*wanted, *selected)}
    return Plan(
        nodes=tuple([decided(node) for node in graph.nodes if node in wanted]),
        cut=tuple([it for it in graph.cut if it.node in wanted]),
        excluded=tuple([it for it in graph.excluded if it[0].component in components]),
        bootstraps=tuple([it for it in graph.bootstraps if it.node in wanted]),
        idle_bootstraps=tuple([it for it in graph.idle_bootstraps if it.node in wanted]),
    )


def plan_node(graph: BuildGraph, node: Node, action: Action, reasons: tuple[Reason, ...]) -> PlanNode:
    """Return a node of a graph as that of a plan."""
    part = graph.parts[node.arch]
    return PlanNode(
        component=node.component,
        arch=node.arch,
        action=action,
        reasons=reasons,
        wave=part.levels[node],
        needs=part.needs[node],
        blast_radius=part.blast_radii[node],
    )


def bootstrap_reasons(graph: BuildGraph) -> dict[Node, tuple[BootstrapFirst]]:
    """Return what is said of each node that begins a cycle with its bootstrap bcond."""
    return {it.node: (BootstrapFirst(bcond=it.bcond, without=it.components),) for it in graph.bootstraps}


def to_dot(plan: Plan) -> str:
    """Return the plan as a Graphviz digraph: an arrow leads from what is needed to what needs it; cuts are dashed."""
    known = {node.node for node in plan.nodes}
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box, style=filled];"]
    for node in plan.nodes:
        begun = [it for it in node.reasons[1:] if isinstance(it, BootstrapFirst)]
        label = f"{node.node}\n{node.action.value}: {'; '.join(map(describe, (node.reasons[0], *begun)))}"
        lines.append(
            f"  {_quoted(str(node.node))} [label={_quoted(label)}, fillcolor={_quoted(COLOURS[node.action])}];"
        )
    for node in plan.nodes:
        lines += [f"  {_quoted(f'{need}.{node.arch}')} -> {_quoted(str(node.node))};" for need in node.needs]
    for cut in plan.cut:
        if cut.provider in known and cut.node in known:
            seed = "seed: " + ", ".join(cut.stand_ins)
            style = f"style=dashed, label={_quoted(seed)}"
            lines.append(f"  {_quoted(str(cut.provider))} -> {_quoted(str(cut.node))} [{style}];")
    return "\n".join([*lines, "}", ""])


class _Planner:
    """Decides node after node, in build order."""

    def __init__(
        self,
        graph: BuildGraph,
        *,
        current: Mapping[Node, NodeInputs | Unresolvable],
        last: Mapping[Node, LastBuild],
        waived: Collection[Node],
        quarantined: Mapping[Node, Quarantined],
    ) -> None:
        self._graph = graph
        self._current = current
        self._last = last
        self._waived = waived
        self._quarantined = quarantined
        self._missing: dict[Node, list[Reason]] = {}
        for it in graph.unprovided:
            self._missing.setdefault(it.node, []).append(MissingProvider(requirement=it.requirement))
        self._rebuilt: dict[Node, ParentRebuilt] = {}
        self._unusable: dict[Node, str] = {}

    def decide(self, node: Node) -> tuple[Action, tuple[Reason, ...]]:
        """Return action and reasons of a node; all that it needs must have been decided."""
        action, reasons = self._decide(node)
        if action is Action.BLOCKED:
            self._unusable[node] = "blocked"
        elif action is not Action.REUSE:
            self._rebuilt[node] = ParentRebuilt(component=node.component)
        elif any(isinstance(reason, Unreproducible) for reason in reasons) and node not in self._waived:
            self._unusable[node] = NodeState.UNREPRODUCIBLE.value
        return action, reasons

    def _decide(self, node: Node) -> tuple[Action, tuple[Reason, ...]]:
        rebuilt = self._rebuilt
        parents = tuple([rebuilt[provider] for provider in self._graph.providers(node) if provider in rebuilt])
        blockers = self._blockers(node, may_change=bool(parents))
        if blockers:
            return Action.BLOCKED, blockers
        if node in self._quarantined:  # with new parents, it may be another build
            return Action.MAYBE, (self._quarantined[node], *parents)
        own = self._own_reasons(node)
        if own:
            return Action.BUILD, (*own, *parents)
        if parents:
            return Action.MAYBE, parents
        state = self._last[node].state
        return Action.REUSE, (Unreproducible() if state is NodeState.UNREPRODUCIBLE else UpToDate(),)

    def _blockers(self, node: Node, *, may_change: bool) -> tuple[Reason, ...]:
        """Return what keeps a node from being built; with new parents, a buildroot may be another one."""
        found: list[Reason] = list(self._missing.get(node, ()))
        if self._unusable:
            found += [
                ParentUnusable(component=provider.component, why=self._unusable[provider])
                for provider in self._graph.providers(node)
                if provider in self._unusable
            ]
        if may_change:
            return tuple(found)
        current = self._current.get(node)
        if isinstance(current, Unresolvable):
            found.append(current)
        if node in self._quarantined:
            found.append(self._quarantined[node])
        return tuple(found)

    def _own_reasons(self, node: Node) -> tuple[Reason, ...]:
        """Return the reasons to build that do not come from a parent."""
        last = self._last.get(node)
        if last is None:
            return (NeverBuilt(),)
        current = self._current.get(node)
        found: tuple[Reason, ...] = ()
        if isinstance(current, NodeInputs):
            found = changes(last.inputs, current) if last.inputs is not None else ()
        elif current is not None:
            found = (current,)
        if not found and last.state not in {NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE}:
            found = (LastFailed(state=last.state.value),)
        return found


def _quoted(text: str) -> str:
    return json.dumps(printable(text, keep="\n"), ensure_ascii=False)
