"""Makes a directed graph smaller by steps that lose no smallest feedback vertex set. Pure.

Levy and Low 1988: a vertex on no cycle goes, one with a loop is taken, one with a single way in or out is passed by.
Lin and Jou 2000: an edge goes that is on no cycle without a detour, and of vertices that all lead to each other all
but one are taken where nothing else leads to that one.
"""

from collections.abc import Sequence

import rustworkx


class Kernel:
    """A graph that gets smaller.

    Attributes:
        after: for each vertex that is left those that an edge leads to.
        before: the other way round.
        taken: vertices that some smallest set has.
    """

    def __init__(self, successors: Sequence[Sequence[int]]) -> None:
        self.after = {vertex: set(found) for vertex, found in enumerate(successors)}
        self.before: dict[int, set[int]] = {vertex: set() for vertex in self.after}
        for vertex, found in self.after.items():
            for other in found:
                self.before[other].add(vertex)
        self.taken: list[int] = []
        self._waiting = sorted(self.after, reverse=True)
        self._noted = set(self._waiting)

    def shrink(self) -> None:
        """Shrink until no step applies."""
        self._shrink_simply()
        while self.after and (self._drop_edges_between_groups() or self._drop_dominated() or self._take_around_core()):
            self._shrink_simply()

    def pass_by(self, vertex: int) -> None:
        """Take a vertex out, and lead each way through it past it."""
        sources, targets = sorted(self.before[vertex]), sorted(self.after[vertex])
        self._drop(vertex)
        for source in sources:
            self.after[source].update(targets)
        for target in targets:
            self.before[target].update(sources)

    def _shrink_simply(self) -> None:
        while self._waiting:
            vertex = self._waiting.pop()
            self._noted.discard(vertex)
            if vertex not in self.after:
                continue
            if vertex in self.after[vertex]:
                self._take(vertex)
            elif min(len(self.after[vertex]), len(self.before[vertex])) <= 1:
                self.pass_by(vertex)

    def _drop_edges_between_groups(self) -> bool:
        """Drop edges that every cycle through them could leave out: no way back but over a pair of opposite edges."""
        graph = rustworkx.PyDiGraph[int, None]()
        number = {vertex: graph.add_node(vertex) for vertex in sorted(self.after)}
        one_way = [
            (source, target)
            for source in number
            for target in sorted(self.after[source])
            if source not in self.after[target]
        ]
        graph.add_edges_from_no_data([(number[source], number[target]) for source, target in one_way])
        group = {
            graph[index]: place
            for place, found in enumerate(rustworkx.strongly_connected_components(graph))
            for index in found
        }
        return self._drop_edges([it for it in one_way if group[it[0]] != group[it[1]]])

    def _drop_dominated(self) -> bool:
        """Drop edges whose every cycle has a shortcut: from all that leads to the source, or to all behind the target.

        An edge that goes changes what the next one is judged by, so each is dropped at once.
        """
        dropped = False
        for source in sorted(self.after):
            one_way_in = self.before[source] - self.after[source]
            for target in sorted(self.after[source] - self.before[source]):
                if one_way_in <= self.before[target] or self.after[target] - self.before[target] <= self.after[source]:
                    dropped = self._drop_edges([(source, target)])
        return dropped

    def _take_around_core(self) -> bool:
        for vertex in sorted(self.after):
            around = self.after[vertex]
            if around == self.before[vertex] and all(
                around - {it} <= self.after[it] & self.before[it] for it in around
            ):
                for it in sorted(around):
                    self._take(it)
                return True
        return False

    def _drop_edges(self, edges: Sequence[tuple[int, int]]) -> bool:
        for source, target in edges:
            self.after[source].discard(target)
            self.before[target].discard(source)
            self._look_again(source)
            self._look_again(target)
        return bool(edges)

    def _take(self, vertex: int) -> None:
        self.taken.append(vertex)
        self._drop(vertex)

    def _drop(self, vertex: int) -> None:
        for other in sorted(self.after.pop(vertex) - {vertex}):
            self.before[other].discard(vertex)
            self._look_again(other)
        for other in sorted(self.before.pop(vertex) - {vertex}):
            self.after[other].discard(vertex)
            self._look_again(other)

    def _look_again(self, vertex: int) -> None:
        if vertex not in self._noted:
            self._noted.add(vertex)
            self._waiting.append(vertex)
