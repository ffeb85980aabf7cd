"""What builds are expected to need of a machine, learned from those of the past. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from farm.build import BuildLimits
from scheduler.demand import Demand, measured_demand, prior_demand
from scheduler.durations import Durations
from scheduler.node import Node

_NEWEST = 10
"""So many builds back: a package that needs less today is not held to what it needed for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one build took of its machine; 0 is what nobody measured.

    Attributes:
        cpus: cores that were set aside for it.
    """

    memory_bytes: int = 0
    disk_bytes: int = 0
    cpus: int = 0


def learn_demands(
    uses: Mapping[Node, Sequence[Use]], *, nodes: Iterable[Node], durations: Durations, limits: BuildLimits
) -> dict[Node, Demand]:
    """Return what builds of nodes need.

    A node that was measured: its greatest peaks among the newest builds. Without: the component's on other
    architectures, as a guess. Without these: what builds of its length need. A build that had cores of its own is
    judged by what it would take on one, or it would lose them for having been fast.

    Args:
        limits: what no build of the project gets more than.
    """
    peaks = {node: _greatest(found[-_NEWEST:]) for node, found in uses.items() if found}
    elsewhere: dict[str, list[Use]] = {}
    for node, peak in sorted(peaks.items()):
        elsewhere.setdefault(node.component, []).append(peak)
    found: dict[Node, Demand] = {}
    for node in nodes:
        own = peaks.get(node)
        use = own or _greatest(elsewhere.get(node.component, []))
        expected = durations.of(node)
        prior = prior_demand(replace(expected, seconds=expected.seconds * max(use.cpus, 1)), limits)
        demand = measured_demand(prior, limits, memory_bytes=use.memory_bytes, disk_bytes=use.disk_bytes)
        found[node] = demand if own is not None else replace(demand, measured=False, least_memory_bytes=0)
    return found


def _greatest(uses: Sequence[Use]) -> Use:
    return Use(
        memory_bytes=max((use.memory_bytes for use in uses), default=0),
        disk_bytes=max((use.disk_bytes for use in uses), default=0),
        cpus=uses[-1].cpus if uses else 0,
    )
