"""Builds that wait for a free slot of their architecture, and how many slots are free. No I/O."""

import heapq
from collections.abc import Iterator, Mapping, Sequence

from scheduler.node import Node


class BuildQueue:
    """Waiting builds in the order in which they are to begin.

    The node with the longest path behind it goes first, with all its builds: dependents wait for its verdict.

    Args:
        rank: length of the longest path behind a node; absent is 0.
        variations: names of builds in order of preference.
    """

    def __init__(self, rank: Mapping[Node, float], variations: Sequence[str]) -> None:
        self._rank = rank
        self._order = {name: index for index, name in enumerate(variations)}
        self._slots: dict[str, int] = {}
        self._busy: dict[str, int] = {}
        self._waiting: dict[str, list[tuple[float, Node, int, str]]] = {}

    def set_slots(self, arch: str, slots: int) -> None:
        """Let so many builds of an architecture run at once from now on."""
        self._slots[arch] = slots

    def push(self, node: Node, variation: str) -> None:
        """Let a build wait."""
        entry = (-self._rank.get(node, 0.0), node, self._order[variation], variation)
        heapq.heappush(self._waiting.setdefault(node.arch, []), entry)

    def waiting(self, node: Node) -> set[str]:
        """Return the variations of a node that wait."""
        return {entry[3] for entry in self._waiting.get(node.arch, ()) if entry[1] == node}

    def clear(self) -> None:
        """Forget everything that waits."""
        self._waiting.clear()

    def startable(self) -> Iterator[tuple[Node, str]]:
        """Yield what may begin now; it waits no more. Whoever lets it run says so with `occupy` before the next."""
        for arch in sorted(self._waiting):
            waiting = self._waiting[arch]
            while waiting and self._busy.get(arch, 0) < self._slots.get(arch, 0):
                _, node, _, variation = heapq.heappop(waiting)
                yield node, variation

    def occupy(self, arch: str) -> None:
        """Count a slot as taken."""
        self._busy[arch] = self._busy.get(arch, 0) + 1

    def free(self, arch: str) -> None:
        """Count a slot as free again."""
        self._busy[arch] -= 1
