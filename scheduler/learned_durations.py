"""Expected durations of builds, learned from those of the past. Pure."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from statistics import median

from scheduler.durations import EXPENSIVE_PRIOR, PRIOR, PRIOR_SOURCE_BYTES, Duration, Durations
from scheduler.node import Node

_SURE_AFTER = 5
"""From so many samples on, the spread is taken as measured; below, the prior's has its part in it."""

_SHORTEST = 0.1


def learn_durations(
    samples: Mapping[Node, Sequence[float]],
    *,
    nodes: Iterable[Node],
    expensive: Collection[str] = (),
    sizes: Mapping[str, int] | None = None,
) -> Durations:
    """Return what is expected of nodes.

    A node with samples: their median. Without: the component's on other architectures, times what such builds take
    here in comparison (emulation is slow). Without these: what all builds take, more for a large source RPM (with the
    square root of its size: much of a build does not grow with it), and no less than the prior where the component is
    said to be expensive. What all builds take is the prior where there was none yet.

    Args:
        samples: wall times of successful builds, in seconds.
        expensive: components with `build.hints.expensive`.
        sizes: bytes of the source RPM of each component.
    """
    medians = {node: max(median(found), _SHORTEST) for node, found in samples.items() if found}
    spreads = {node: _spread(found) for node, found in samples.items() if found}
    speeds = _speeds(medians)
    elsewhere: dict[str, list[float]] = {}
    for node in sorted(medians):
        elsewhere.setdefault(node.component, []).append(medians[node] / speeds[node.arch])
    usual = median(medians.values()) if medians else PRIOR.seconds
    usual_size = median(sizes.values()) if sizes and medians else PRIOR_SOURCE_BYTES
    known: dict[Node, Duration] = {}
    for node in nodes:
        if node in medians:
            known[node] = Duration(seconds=medians[node], spread=spreads[node], samples=len(samples[node]))
            continue
        speed = speeds.get(node.arch, 1.0)
        if node.component in elsewhere:
            known[node] = Duration(seconds=max(median(elsewhere[node.component]) * speed, _SHORTEST))
            continue
        size = (sizes or {}).get(node.component, 0)
        seconds = usual * math.sqrt(size / usual_size) if size and usual_size else usual
        if node.component in expensive:
            seconds = max(seconds, EXPENSIVE_PRIOR.seconds)
        known[node] = Duration(seconds=max(seconds, _SHORTEST))
    return Durations(known=known, prior=Duration(seconds=usual))


def _spread(found: Sequence[float]) -> float:
    """Return the spread of the logarithms, drawn towards the prior's where there are few samples."""
    logs = [math.log(max(seconds, _SHORTEST)) for seconds in found]
    middle = math.fsum(logs) / len(logs)
    measured = math.fsum((it - middle) ** 2 for it in logs) / len(logs)
    weight = min(len(found) - 1, _SURE_AFTER) / _SURE_AFTER
    return math.sqrt(weight * measured + (1 - weight) * (PRIOR.spread / 2) ** 2)


def _speeds(medians: Mapping[Node, float]) -> dict[str, float]:
    """Return how long builds of an architecture take, relative to the one that has most of them."""
    counts: dict[str, int] = {}
    for node in medians:
        counts[node.arch] = counts.get(node.arch, 0) + 1
    if not counts:
        return {}
    first = min(counts, key=lambda arch: (-counts[arch], arch))
    speeds = {first: 1.0}
    for arch in sorted(counts.keys() - {first}):
        ratios = [
            seconds / medians[Node(node.component, first)]
            for node, seconds in sorted(medians.items())
            if node.arch == arch and Node(node.component, first) in medians
        ]
        speeds[arch] = median(ratios) if ratios else 1.0
    return speeds
