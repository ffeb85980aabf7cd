"""What goes first: a pure value over the needs of a run (no clock, no random, no I/O)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from graphlib import TopologicalSorter

from scheduler.demand import SMALL, Demand
from scheduler.durations import Durations
from scheduler.node import Node

NodeNeeds = Mapping[Node, frozenset[Node]]
"""For each node of a run, the nodes that must be usable before it."""

Ranking = Callable[[NodeNeeds, Durations], Mapping[Node, float]]
"""Gives each node its rank; of builds that are equal to class and fairness, the one of greater rank goes first."""


class Urgency(IntEnum):
    """Class of a build; a lower one goes before every higher one."""

    SECURITY = 0
    REQUEST = 1
    MASS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who wants a build, and how urgently. Requesters of one class share the workers fairly."""

    urgency: Urgency = Urgency.REQUEST
    requester: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What decides the order of builds.

    Attributes:
        asks: of nodes that were asked for; a node that one of them needs inherits the more urgent ask.
        demands: of nodes; `demand` where one is not named.
    """

    durations: Durations = field(default_factory=Durations)
    asks: Mapping[Node, Ask] = field(default_factory=dict)
    ask: Ask = field(default_factory=Ask)
    demands: Mapping[Node, Demand] = field(default_factory=dict)
    demand: Demand = SMALL
    ranking: Ranking = field(default_factory=lambda: longest_remaining)

    def ranks(self, needs: NodeNeeds) -> Mapping[Node, float]:
        """Return the rank of each node."""
        return self.ranking(needs, self.durations)

    def demand_of(self, node: Node) -> Demand:
        """Return what a build of a node needs."""
        return self.demands.get(node, self.demand)


def longest_remaining(needs: NodeNeeds, durations: Durations) -> dict[Node, float]:
    """Return for each node the expected seconds of the longest path that begins with it: the critical path first."""
    behind = dict.fromkeys(needs, 0.0)
    for node in reversed(build_order(needs)):
        behind[node] += durations.seconds(node)
        for need in needs[node]:
            if need in behind and behind[need] < behind[node]:
                behind[need] = behind[node]
    return behind


def inherited_asks(needs: NodeNeeds, asks: Mapping[Node, Ask], ask: Ask) -> dict[Node, Ask]:
    """Return the ask of each node: its own, or a more urgent one of what needs it.

    A security fix would else wait behind the mass rebuild that its dependency is part of.
    """
    found = {node: asks.get(node, ask) for node in needs}
    for node in reversed(build_order(needs)):
        mine = found[node]
        for need in needs[node]:
            theirs = found.get(need)
            if theirs is not None and mine.urgency < theirs.urgency:
                found[need] = mine
    return found


def build_order(needs: NodeNeeds) -> list[Node]:
    """Return the nodes so that each is behind what it needs; always the same order for the same needs."""
    ordered = {node: sorted(need for need in needs[node] if need in needs) for node in sorted(needs)}
    return list(TopologicalSorter(ordered).static_order())
