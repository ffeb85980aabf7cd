"""Where the seed stands in for the project, so that no cycle is left. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from farm.errors import UnresolvableError
from scheduler.cycles import Uncuttable, cut_cycles
from scheduler.edges import CutEdge, Edge, Need, Pair, SeedProvides
from scheduler.needs import Needs
from scheduler.node import Node


class UncuttableCycleError(UnresolvableError):
    """Components need each other, and the seed can stand in for none of them."""

    code = "GRF001"


def cut_by_seed(
    direct: Mapping[Pair, set[Need]], needs: Needs, seed_provides: SeedProvides
) -> tuple[tuple[Edge, ...], tuple[CutEdge, ...]]:
    """Return the edges that are left, with those of run-time requirements, and the cut ones; both sorted.

    Only an edge all of whose BuildRequires the seed meets can be cut. With it go the run-time requirements of the
    packages that it no longer brings in, so cutting goes on until nothing changes.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
    """
    cutter = _Cutter(direct, needs, seed_provides)
    while cutter.cut_some():
        pass
    cut = [
        CutEdge(
            node=pair[0],
            provider=pair[1],
            needs=tuple(sorted(direct[pair])),
            seed_packages=cutter.stand_ins[pair] or (),
            why=why,
        )
        for pair, why in cutter.why.items()
    ]
    edges = [Edge(node=pair[0], provider=pair[1], needs=tuple(sorted(found))) for pair, found in cutter.needs.items()]
    return tuple(sorted(edges)), tuple(sorted(cut))


class _Cutter:
    """Cuts a little at a time.

    Attributes:
        why: the cut edges, with the reason.
        stand_ins: for each edge of BuildRequires the seed's packages, or None where it cannot be cut.
        needs: all needs that are left, by edge.
        roots: for each edge of run-time requirements the edges that bring those packages in.
    """

    def __init__(self, direct: Mapping[Pair, set[Need]], finder: Needs, seed_provides: SeedProvides) -> None:
        self._direct = direct
        self._finder = finder
        self._seed_provides = seed_provides
        self._brought = {
            pair: sorted(finder.run_time(pair[1], frozenset([need.package for need in found])))
            for pair, found in sorted(direct.items())
        }
        self.stand_ins = {pair: self._stand_ins(pair) for pair in direct}
        self.why: dict[Pair, str] = {}
        for pair in sorted(direct):
            if pair[0] == pair[1]:
                self._cut([pair], "it needs itself")
        self.needs: dict[Pair, set[Need]] = {}
        self.roots: dict[Pair, set[Pair]] = {}

    def cut_some(self) -> bool:
        """Cut edges, and tell whether there were any to cut."""
        self._gather()
        for pair in sorted(self.needs):
            if pair[0] == pair[1]:
                self._cut_roots([pair])
                return True
        graph: dict[Node, list[Node]] = {node: [] for pair in self.needs for node in pair}
        for node, provider in self.needs:
            graph[node].append(provider)
        cuts = cut_cycles(graph, lambda node, provider: self._cuttable((node, provider)))
        if isinstance(cuts, Uncuttable):
            self._cut_roots(list(zip(cuts.nodes, (*cuts.nodes[1:], cuts.nodes[0]), strict=True)))
            return True
        for cut in cuts:
            self._cut([(cut.node, cut.provider)], f"one of {cut.size} components that need each other")
        return bool(cuts)

    def _gather(self) -> None:
        self.needs = {pair: set(found) for pair, found in self._direct.items() if pair not in self.why}
        self.roots = {}
        for root in list(self.needs):
            for provider, need in self._brought[root]:
                pair = (root[0], provider)
                if pair in self.why and self._seed_provides(need.choice, pair[0].arch):
                    continue
                self.needs.setdefault(pair, set()).add(need)
                self.roots.setdefault(pair, set()).add(root)

    def _cuttable(self, pair: Pair) -> bool:
        return pair not in self.roots and self.stand_ins.get(pair) is not None

    def _cut_roots(self, cycle: Sequence[Pair]) -> None:
        """Cut what brings in the run-time requirements of one edge of a cycle that cannot be cut itself."""
        for pair in cycle:
            roots = sorted(self.roots.get(pair, ()))
            whole = [*roots, pair] if pair in self._direct and pair not in self.why else roots
            if roots and all(self.stand_ins[it] is not None for it in whole):
                self._cut(whole, f"its packages require {pair[1].component}, which needs it in turn")
                return
        raise self._cannot_cut(cycle)

    def _cut(self, pairs: Iterable[Pair], why: str) -> None:
        for pair in pairs:
            if self.stand_ins[pair] is None:
                raise self._cannot_cut([pair])
            self.why[pair] = why

    def _stand_ins(self, pair: Pair) -> tuple[str, ...] | None:
        needs = sorted(self._direct[pair])
        packages = tuple(self._seed_provides(need.choice, pair[0].arch) for need in needs)
        if all(package or _can_do_without(need) for package, need in zip(packages, needs, strict=True)):
            return packages
        return None

    def _cannot_cut(self, cycle: Sequence[Pair]) -> UncuttableCycleError:
        names = " -> ".join([*(pair[0].component for pair in cycle), cycle[-1][1].component])
        lines = [
            f"{pair[0].component} needs {need.requirement}"
            + (f" of {need.through}" if need.through else "")
            + f" ({pair[1].component}/{need.package})"
            for pair in cycle
            for need in sorted(self._direct.get(pair, set()) | getattr(self, "needs", {}).get(pair, set()))
            if not self._seed_provides(need.choice, pair[0].arch) and not _can_do_without(need)
        ]
        return UncuttableCycleError(
            f"components need each other: {names}",
            why="\n".join(["the seed provides none of these:", *lines]),
            hint="add a package that provides one of them to the seed, or drop one of the requirements",
        )


def _can_do_without(need: Need) -> bool:
    return need.optional or need.foretold
