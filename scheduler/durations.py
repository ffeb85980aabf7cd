"""How long builds are expected to take, as a value: what the policy orders by and the plan foretells with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """What is expected of one build of a node.

    Attributes:
        seconds: the median of its wall time.
        spread: standard deviation of the natural logarithm of its wall time; 0 where it never varies.
        samples: how many builds it was learned from; 0 says that it is a prior.
    """

    seconds: float
    spread: float = 0.8
    samples: int = 0


PRIOR = Duration(seconds=60.0)
"""A build that nothing is known of: most packages of a distribution take about a minute, a few take hours."""

PRIOR_SOURCE_BYTES = 2**20
"""The size of a source RPM that the prior is meant for, where no build of any is known."""

EXPENSIVE_PRIOR = Duration(seconds=1800.0)
"""A build that nothing is known of but that its component says it is expensive (`build.hints.expensive`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """Expected durations of the nodes of a graph; what is not known is a prior."""

    known: Mapping[Node, Duration] = field(default_factory=dict)
    prior: Duration = PRIOR

    def of(self, node: Node) -> Duration:
        """Return what is expected of a node."""
        return self.known.get(node, self.prior)

    def seconds(self, node: Node) -> float:
        """Return the expected wall time of one build of a node."""
        return self.of(node).seconds
