"""What a run will do, and why, node by node. Pure: same inputs, same plan, byte for byte."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from farm.states import NodeState
from scheduler.graph import BuildGraph, CutEdge
from scheduler.node import Node
from scheduler.node_inputs import NodeInputs
from scheduler.reasons import Reason, Unresolvable


class Action(StrEnum):
    """What becomes of a node in a run."""

    BUILD = "build"
    REUSE = "reuse"
    MAYBE = "maybe"
    """Built only if a package it is built against gets other bytes (early cutoff)."""
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBuild:
    """The last recorded build of a node.

    Attributes:
        state: how it ended: a final state.
    """

    inputs: NodeInputs
    state: NodeState


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNode:
    """One node of a plan.

    Attributes:
        wave: 0 needs nothing of the project.
        needs: components it needs directly, sorted.
        reasons: never empty.
        blast_radius: number of nodes that need it, directly or not.
    """

    component: str
    arch: str
    action: Action
    reasons: tuple[Reason, ...]
    wave: int
    needs: tuple[str, ...]
    blast_radius: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan: nodes in build order."""

    nodes: tuple[PlanNode, ...]
    cut: tuple[CutEdge, ...]
    excluded: tuple[tuple[Node, str], ...]


def make_plan(
    graph: BuildGraph,
    *,
    current: Mapping[Node, NodeInputs | Unresolvable],
    last: Mapping[Node, LastBuild],
    selected: Collection[Node] | None = None,
    forced: Collection[Node] = (),
    waived: Collection[Node] = (),
) -> Plan:
    """Plan a run.

    Args:
        current: inputs as they are now, solved against what was last built; a node without an entry cannot be
            solved before its parents are built.
        last: the last recorded build of each node.
        selected: nodes asked for; what they need is added. All, where None.
        forced: nodes to build whatever is recorded.
        waived: unreproducible nodes that a waiver of the project lets through.
    """
    raise NotImplementedError


def to_dot(plan: Plan) -> str:
    """Return the plan as a Graphviz digraph."""
    raise NotImplementedError
