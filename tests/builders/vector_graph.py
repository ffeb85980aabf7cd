"""The static graph of Azure Linux 4.0, cut to be without cycles, with heavy-tailed durations."""

import gzip
import json
import math
import random

import msgspec
from builders.vectors import DIRECTORY

from scheduler.node import Node


def vector_needs(arches: tuple[str, ...] = ("x86_64",)) -> dict[Node, frozenset[Node]]:
    """Return the needs of each node; what needs a component of the seed is built against the seed's."""
    raw = json.loads(gzip.decompress((DIRECTORY / "azl4_edges.json.gz").read_bytes()))
    edges = msgspec.convert(raw, dict[str, list[str]])
    seed = set(msgspec.convert(json.loads((DIRECTORY / "azl4_seed.json").read_bytes()), list[str]))
    return {
        Node(name, arch): frozenset(
            Node(need, arch) for need in found if need in edges and need not in seed and need != name
        )
        for arch in arches
        for name, found in edges.items()
    }


def heavy_tailed(nodes: list[Node], seed: int = 4) -> dict[Node, float]:
    """Return seconds of one build of each node: log-normal, median a minute, a few hours long at most (four hours)."""
    chance = random.Random(seed)  # noqa: S311 - a bench, no secret
    return {node: min(60.0 * math.exp(chance.gauss(0.0, 1.4)), 4 * 3600.0) for node in sorted(nodes)}
