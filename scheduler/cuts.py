"""Where the seed stands in for the project, so that no cycle is left. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from farm.errors import UnresolvableError
from scheduler.cycles import Uncuttable, cut_cycles
from scheduler.edges import Pair
from scheduler.needs import can_do_without
from scheduler.node import Node
from scheduler.node_needs import NodeNeeds

Cuts = Mapping[Node, Mapping[Node, str]]
"""For each node those of its providers that the seed stands in for, with the reason."""

_NO_WHY: Mapping[Node, str] = MappingProxyType({})
_NO_CUTS: Cuts = MappingProxyType({})


class UncuttableCycleError(UnresolvableError):
    """Components need each other, and the seed can stand in for none of them."""

    code = "GRF001"


def cut_knot(knot: Collection[Node], needs: Mapping[Node, NodeNeeds], at_most: Cuts = _NO_CUTS) -> Cuts:
    """Return where the seed stands in, in one knot; what is cut depends on the needs of its nodes alone.

    To cut an edge takes away other edges of the same node, and adds none: each knot can be cut by itself. Only an edge
    all of whose BuildRequires the seed meets can be cut. With it go the run-time requirements of the packages that it
    no longer brings in.

    Args:
        at_most: cuts that are known to do, perhaps for more edges than there are now: they are taken where they
            begin at fewer nodes than those that would be chosen.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
    """
    found = _cut(knot, needs, {})
    known = {
        node: there
        for node in sorted(knot)
        if (there := {it: why for it, why in at_most.get(node, _NO_WHY).items() if _can_go(needs[node], it, knot)})
    }
    return min(found, _cut(knot, needs, known), key=_size) if known else found


def _cut(knot: Collection[Node], needs: Mapping[Node, NodeNeeds], known: dict[Node, dict[Node, str]]) -> Cuts:
    cutter = _Cutter(knot, needs, known)
    while cutter.cut_some():
        pass
    return cutter.why


def _can_go(needs: NodeNeeds, provider: Node, knot: Collection[Node]) -> bool:
    return provider in knot and provider in needs.direct and provider not in needs.fixed


def _size(cuts: Cuts) -> tuple[int, int]:
    return len(cuts), sum(map(len, cuts.values()))


class _Cutter:
    """Cuts a little at a time.

    Args:
        known: cuts to begin with.

    Attributes:
        why: the cut edges by node and provider, with the reason.
    """

    def __init__(
        self, knot: Collection[Node], needs: Mapping[Node, NodeNeeds], known: dict[Node, dict[Node, str]]
    ) -> None:
        self._knot = sorted(knot)
        self._inside = frozenset(knot)
        self._needs = needs
        self.why = known
        self._left: dict[Node, list[Node]] = {}
        self._roots: dict[Node, dict[Node, set[Node]]] = {}
        for node in self._knot:
            if node in needs[node].direct:
                self._cut([(node, node)], "it needs itself")
            self._gather(node)

    def cut_some(self) -> bool:
        """Cut edges, and tell whether there may be more to cut."""
        itself = next((node for node in self._knot if node in self._left[node]), None)
        if itself is not None:
            self._cut_roots([(itself, itself)])
            return True
        cuts = cut_cycles(self._left, self._cuttable)
        if isinstance(cuts, Uncuttable):
            self._cut_roots(list(zip(cuts.nodes, (*cuts.nodes[1:], cuts.nodes[0]), strict=True)))
            return True
        for cut in cuts:
            self._cut([(cut.node, cut.provider)], f"one of {cut.size} components that need each other")
        return False

    def _gather(self, node: Node) -> None:
        """Note the edges of a node inside the knot, and what brings in those of run-time requirements."""
        needs, cut = self._needs[node], self.why.get(node, {})
        roots = needs.roots(cut) if needs.brought else {}
        self._roots[node] = roots
        left = {it for it in needs.direct if it not in cut} | roots.keys()
        self._left[node] = sorted(left & self._inside)

    def _cuttable(self, node: Node, provider: Node) -> bool:
        return provider not in self._roots[node] and provider not in self._needs[node].fixed

    def _cut_roots(self, cycle: Sequence[Pair]) -> None:
        """Cut what brings in the run-time requirements of one edge of a cycle that cannot be cut itself."""
        for node, provider in cycle:
            roots = sorted(self._roots[node].get(provider, ()))
            needs = self._needs[node]
            whole = [*roots, provider] if provider in needs.direct and provider not in self.why.get(node, {}) else roots
            if roots and needs.fixed.isdisjoint(whole):
                self._cut(
                    [(node, it) for it in whole], f"its packages require {provider.component}, which needs it in turn"
                )
                self._gather(node)
                return
        raise self._cannot_cut(cycle)

    def _cut(self, pairs: Iterable[Pair], why: str) -> None:
        for node, provider in pairs:
            if provider in self._needs[node].fixed:
                raise self._cannot_cut([(node, provider)])
            self.why.setdefault(node, {})[provider] = why

    def _cannot_cut(self, cycle: Sequence[Pair]) -> UncuttableCycleError:
        names = " -> ".join([*(node.component for node, _ in cycle), cycle[-1][1].component])
        lines = [line for node, provider in cycle for line in self._unmet(node, provider)]
        return UncuttableCycleError(
            f"components need each other: {names}",
            why="\n".join(["the seed provides none of these:", *lines]),
            hint="add a package that provides one of them to the seed, or drop one of the requirements",
        )

    def _unmet(self, node: Node, provider: Node) -> list[str]:
        """Return in words what a node needs of another that the seed lacks."""
        needs = self._needs[node]
        met = zip(needs.direct.get(provider, ()), needs.stand_ins.get(provider, ()), strict=True)
        found = {need for need, package in met if not package}
        cut = self.why.get(node, {})
        found |= {
            need for root, brought in needs.brought.items() if root not in cut for it, need in brought if it == provider
        }
        return [
            f"{node.component} needs {need.requirement}"
            + (f" of {need.through}" if need.through else "")
            + f" ({provider.component}/{need.package})"
            for need in sorted(found)
            if not can_do_without(need)
        ]
