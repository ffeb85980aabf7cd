"""Orders of builds that the farm does not use, to compare its own with."""

from scheduler.durations import Duration, Durations
from scheduler.node import Node
from scheduler.policy import NodeNeeds, longest_remaining

_ALIKE = Durations(prior=Duration(seconds=1.0))


def longest_unweighted(needs: NodeNeeds, _durations: Durations) -> dict[Node, float]:
    """Return for each node the number of nodes of the longest path that begins with it."""
    return longest_remaining(needs, _ALIKE)


def most_dependents(needs: NodeNeeds, _durations: Durations) -> dict[Node, float]:
    """Return for each node how many need it directly."""
    count = dict.fromkeys(needs, 0.0)
    for found in needs.values():
        for need in found:
            count[need] += 1.0
    return count


def first_come(needs: NodeNeeds, _durations: Durations) -> dict[Node, float]:
    """Rank all alike: what was ready first goes first."""
    return dict.fromkeys(needs, 0.0)
