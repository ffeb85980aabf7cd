"""A small feedback vertex set: vertices without which a directed graph has no cycle. Pure.

The graph is first made smaller by steps that lose no smallest set (`scheduler.cycle_kernel`). In what is left,
simulated annealing looks for the largest part without a cycle (Galinier, Lemamou and Bouzidi 2013): it holds an order
of vertices that no edge goes against, and a move puts one more into it and throws out those that are in its way. Steps
are counted, not timed.
"""

import math
import random
from collections.abc import Sequence
from functools import lru_cache

from scheduler.cycle_kernel import Kernel

_STEPS_PER_VERTEX = 50
_MOST_STEPS = 250_000
_HOT, _COLD = 0.6, 0.12
_HALF = 0.5
_SEED = 4

Successors = tuple[tuple[int, ...], ...]
"""For each vertex, numbered from 0, those that an edge leads to, sorted."""


def feedback_vertices(successors: Sequence[Sequence[int]], forbidden: frozenset[int] = frozenset()) -> frozenset[int]:
    """Return vertices on every cycle together; of equals, those with higher numbers are rather taken.

    Args:
        successors: for each vertex those that an edge leads to.
        forbidden: vertices that may not be taken; there is no cycle of these alone.
    """
    kernel = Kernel(successors)
    for vertex in sorted(forbidden):
        kernel.pass_by(vertex)
    kernel.shrink()
    left = sorted(kernel.after)
    number = {vertex: index for index, vertex in enumerate(left)}
    found = _annealed(tuple(tuple(number[it] for it in sorted(kernel.after[vertex])) for vertex in left))
    return frozenset(kernel.taken) | {left[index] for index in found}


@lru_cache(maxsize=64)
def _annealed(successors: Successors) -> tuple[int, ...]:
    """Return a feedback vertex set of a graph without loops; kept, because architectures have the same cycles."""
    if not successors:
        return ()
    order = _Order(successors)
    chance = random.Random(_SEED).random  # noqa: S311 - no secret: the same numbers each time are the point
    steps = min(_STEPS_PER_VERTEX * len(successors), _MOST_STEPS)
    cooling = (_COLD / _HOT) ** (1 / steps)
    heat = _HOT
    best = list(order.outside)
    for _ in range(steps):
        heat *= cooling
        vertex = order.outside[int(chance() * len(order.outside))]
        place = order.behind_sources if chance() < _HALF else order.before_targets
        neighbours, thrown_out = place(vertex)
        worse = len(thrown_out) - 1
        if worse > 0 and chance() >= math.exp(-worse / heat):
            continue
        order.put(vertex, neighbours, thrown_out)
        if len(order.outside) < len(best):
            best = list(order.outside)
            if not best:
                break
    return tuple(sorted(best))


class _Order:
    """A linked list of vertices that no edge between them goes against.

    Attributes:
        outside: the vertices that are not in it.
    """

    def __init__(self, successors: Successors) -> None:
        self._targets = successors
        sources: list[list[int]] = [[] for _ in successors]
        for vertex, found in enumerate(successors):
            for other in found:
                sources[other].append(vertex)
        self._sources = sources
        self._end = len(successors)
        self._next = [self._end] * (self._end + 1)
        self._previous = [self._end] * (self._end + 1)
        self._place: list[float | None] = [None] * self._end
        self.outside = list(range(self._end))
        self._slot = list(range(self._end))

    def behind_sources(self, vertex: int) -> tuple[tuple[int, int], list[int]]:
        """Return the neighbours of the place behind all that leads to a vertex, and what is in its way."""
        last, place = self._end, -math.inf
        for source in self._sources[vertex]:
            at = self._place[source]
            if at is not None and at > place:
                last, place = source, at
        in_the_way = [it for it in self._targets[vertex] if (at := self._place[it]) is not None and at <= place]
        return (last, self._next[last]), in_the_way

    def before_targets(self, vertex: int) -> tuple[tuple[int, int], list[int]]:
        """Return the neighbours of the place before all that a vertex leads to, and what is in its way."""
        first, place = self._end, math.inf
        for target in self._targets[vertex]:
            at = self._place[target]
            if at is not None and at < place:
                first, place = target, at
        in_the_way = [it for it in self._sources[vertex] if (at := self._place[it]) is not None and at >= place]
        return (self._previous[first], first), in_the_way

    def put(self, vertex: int, neighbours: tuple[int, int], thrown_out: Sequence[int]) -> None:
        """Put a vertex between two neighbours, and throw others out."""
        left, right = neighbours
        self._place[vertex] = self._between(left, right)
        self._next[left] = self._previous[right] = vertex
        self._previous[vertex], self._next[vertex] = left, right
        slot, moved = self._slot[vertex], self.outside.pop()
        if moved != vertex:
            self.outside[slot] = moved
            self._slot[moved] = slot
        for other in thrown_out:
            self._place[other] = None
            self._next[self._previous[other]] = self._next[other]
            self._previous[self._next[other]] = self._previous[other]
            self._slot[other] = len(self.outside)
            self.outside.append(other)

    def _between(self, left: int, right: int) -> float:
        low, high = self._bounds(left, right)
        middle = (low + high) / 2
        if low < middle < high:
            return middle
        self._spread()
        low, high = self._bounds(left, right)
        return (low + high) / 2

    def _bounds(self, left: int, right: int) -> tuple[float, float]:
        low = None if left == self._end else self._place[left]
        high = None if right == self._end else self._place[right]
        if low is None:
            low = 0.0 if high is None else high - 2.0
        return low, low + 2.0 if high is None else high

    def _spread(self) -> None:
        """Number the places anew: they had come too close to each other."""
        vertex, place = self._next[self._end], 0.0
        while vertex != self._end:
            self._place[vertex] = place
            vertex, place = self._next[vertex], place + 1.0
