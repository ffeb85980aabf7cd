"""The policy of a run: from what its nodes are expected to take and need, and who asks for them."""

from collections.abc import Iterable, Mapping, Sequence

from farm.build import BuildLimits
from scheduler.demand import prior_demand
from scheduler.durations import Durations
from scheduler.learned_demands import Use, learn_demands
from scheduler.node import Node
from scheduler.policy import Ask, Policy


def run_policy(
    nodes: Iterable[Node], durations: Durations, uses: Mapping[Node, Sequence[Use]], limits: BuildLimits, ask: Ask
) -> Policy:
    """Return the policy of a run that one requester asks for.

    Args:
        uses: what earlier builds took of their machines, oldest first.
        limits: what no build of the project gets more than.
    """
    return Policy(
        durations=durations,
        ask=ask,
        demands=learn_demands(uses, nodes=nodes, durations=durations, limits=limits),
        demand=prior_demand(durations.prior, limits),
    )
