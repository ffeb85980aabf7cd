"""What the policy says of each node of a run and each of its builds. No I/O."""

from collections.abc import Iterable, Mapping

from scheduler.node import Node
from scheduler.policy import Ask, NodeNeeds, Policy, Urgency, inherited_asks
from scheduler.ready_builds import Build, Wish


class BuildOrder:
    """The order of a run.

    Args:
        variations: names of the builds that each node gets, in order of preference.
    """

    def __init__(self, policy: Policy, variations: tuple[str, ...]) -> None:
        self._policy = policy
        self._variations = variations
        self._asked = dict(policy.asks)
        self._ranks: Mapping[Node, float] = {}
        self._asks: Mapping[Node, Ask] = {}

    def rank(self, needs: NodeNeeds) -> None:
        """Ask the policy anew: at the start, and when needs or asks are others."""
        self._ranks = self._policy.ranks(needs)
        self._asks = inherited_asks(needs, self._asked, self._policy.ask)

    def ask(self, nodes: Iterable[Node], ask: Ask) -> None:
        """Take in that these nodes are asked for otherwise; counts from the next `rank`."""
        self._asked.update(dict.fromkeys(nodes, ask))

    def urgency(self, node: Node) -> tuple[Urgency, float]:
        """Return what nodes are sorted by, the first to go first."""
        return self._ask_of(node).urgency, -self._ranks.get(node, 0.0)

    def wish(self, build: Build, placed: Mapping[str, str]) -> Wish:
        """Return what a build asks of the queue.

        Args:
            placed: the machine that each variation of its node was given last.
        """
        others = [name for other, name in sorted(placed.items()) if other != build.variation]
        return Wish(
            ask=self._ask_of(build.node),
            rank=self._ranks.get(build.node, 0.0),
            seconds=self._policy.durations.seconds(build.node),
            demand=self._policy.demand_of(build.node),
            order=self._variations.index(build.variation),
            avoid=others[0] if others else "",
        )

    def _ask_of(self, node: Node) -> Ask:
        return self._asks.get(node, self._policy.ask)
