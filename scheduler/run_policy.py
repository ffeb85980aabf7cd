"""The policy of a run: from what its nodes are expected to take, and who asks for them."""

from collections.abc import Iterable

from farm.build import BuildLimits
from scheduler.demand import prior_demand
from scheduler.durations import Durations
from scheduler.node import Node
from scheduler.policy import Ask, Policy


def run_policy(nodes: Iterable[Node], durations: Durations, limits: BuildLimits, ask: Ask) -> Policy:
    """Return the policy of a run that one requester asks for.

    Args:
        limits: what no build of the project gets more than.
    """
    return Policy(
        durations=durations,
        ask=ask,
        demands={node: prior_demand(durations.of(node), limits) for node in nodes},
        demand=prior_demand(durations.prior, limits),
    )
