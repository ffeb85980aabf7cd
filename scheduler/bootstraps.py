"""Which components begin a cycle with their bootstrap bcond, before the seed cuts what is left of it. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from scheduler.cuts import Cuts, UncuttableCycleError, cut_knot
from scheduler.known_node import Known
from scheduler.links import link
from scheduler.needs import Needs
from scheduler.node import Node
from scheduler.node_needs import NodeNeeds

TakeIn = Callable[[Mapping[Node, Known]], Collection[Node]]
"""Takes in what is known of some nodes now; returns those whose needs may be others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A component's bootstrap bcond, and what its spec says with it."""

    bcond: str
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Bootstrapped:
    """A node that the first round builds with its bootstrap bcond.

    Attributes:
        without: nodes that it, or what installs its packages, needs in full and not so; sorted.
    """

    node: Node
    bcond: str
    without: tuple[Node, ...]

    @property
    def components(self) -> tuple[str, ...]:
        """The components that it does without."""
        return tuple(it.component for it in self.without)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IdleBootstrap:
    """A node that the first round builds in full, though it has a bootstrap bcond."""

    node: Node
    bcond: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How the cycles of a stage begin.

    Attributes:
        used: sorted.
        idle: sorted.
        cuts: where the seed would stand in if no bcond were used, in the knots that have one.
    """

    used: tuple[Bootstrapped, ...] = ()
    idle: tuple[IdleBootstrap, ...] = ()
    cuts: Cuts = field(default_factory=dict)


def begin_cycles(
    known: Mapping[Node, Known], declared: Mapping[Node, Declared], needs: Needs, take_in: TakeIn
) -> Beginning:
    """Find the bootstrap bconds that take something of a cycle away, and have them taken in; the others stay full.

    Args:
        known: of every node, in full; it changes with what is taken in.

    Raises:
        RequirementError: a requirement is no RPM dependency.
    """
    chooser = _Chooser(known, declared, needs, take_in)
    while chooser.drop_some():
        pass
    return chooser.beginning()


class _Chooser:
    """Begins with the bcond of every node in a knot, and drops those that save nothing or cost too much.

    What installing its packages needs counts as a need of the node here: a bcond can take that away as well.
    """

    def __init__(
        self, known: Mapping[Node, Known], declared: Mapping[Node, Declared], needs: Needs, take_in: TakeIn
    ) -> None:
        self._known, self._declared, self._needs, self._take_in = known, declared, needs, take_in
        arches = {node.arch for node in declared}
        self._full = {
            node: needs.of(node, it.asks) for node, it in known.items() if node.arch in arches and not it.spec.excluded
        }
        self._reach = {node: self._reached(node, self._full[node]) for node in declared if node in self._full}
        reach = {node: self._reach.get(node) or it.providers for node, it in self._full.items()}
        self._knot_of = {node: knot for knot in link(reach).knots() for node in knot}
        self._before = {node: known[node] for node in declared}
        self._idle = {node: why for node in sorted(declared) if (why := self._out_of_place(node))}
        self._used = {node: frozenset[Node]() for node in sorted(declared) if node not in self._idle}
        self._asking = set(take_in({node: self._with_bcond(node) for node in self._used}))

    def drop_some(self) -> bool:
        """Have nodes built in full after all, and tell whether there may be more of them."""
        first = {node: self._needs.of(node, self._known[node].asks) for node in self._used}
        self._used = {node: self._reach[node] - self._reached(node, first[node]) for node in self._used}
        dropped = {
            node: "it takes away nothing of its cycle"
            for node, without in self._used.items()
            if without.isdisjoint(self._knot_of[node])
        } or self._missed()
        for node in dropped:
            del self._used[node]
        self._idle |= dropped
        if dropped:
            self._asking.update(self._take_in({node: self._before[node] for node in dropped}))
        return bool(dropped)

    def beginning(self) -> Beginning:
        """Return what was chosen."""
        return Beginning(
            used=tuple(
                Bootstrapped(node=node, bcond=self._declared[node].bcond, without=tuple(sorted(without)))
                for node, without in sorted(self._used.items())
            ),
            idle=tuple(
                IdleBootstrap(node=node, bcond=self._declared[node].bcond, why=why)
                for node, why in sorted(self._idle.items())
            ),
            cuts=self._cuts_without(),
        )

    def _cuts_without(self) -> Cuts:
        """Return where the seed would stand in if all were built in full, as far as it can."""
        cuts: dict[Node, Mapping[Node, str]] = {}
        touched = frozenset().union(*(self._knot_of[node] for node in self._used))
        for knot in link({node: it.providers for node, it in self._full.items()}).knots() if touched else ():
            if not knot.isdisjoint(touched):
                with suppress(UncuttableCycleError):
                    cuts.update(cut_knot(knot, self._full))
        return cuts

    def _out_of_place(self, node: Node) -> str:
        excluded = self._declared[node].known.spec.excluded
        if node not in self._full:
            return f"it is not built for {node.arch}"
        if node not in self._knot_of:
            return "it is in no cycle"
        return f"with it, the component is not built for {node.arch}: {excluded}" if excluded else ""

    def _with_bcond(self, node: Node) -> Known:
        """Return what is known of a node with its bcond: its real provides still count, its real requirements do not.

        They are those of a full build, and would close the cycle again.
        """
        packages = tuple(replace(it, requires=()) for it in self._before[node].packages)
        return replace(self._declared[node].known, packages=packages)

    def _reached(self, node: Node, needs: NodeNeeds) -> frozenset[Node]:
        packages = [it.name for it in self._known[node].spec.packages]
        return frozenset(needs.providers) | self._needs.installed_with(node, packages)

    def _missed(self) -> dict[Node, str]:
        """Return the nodes of which others need more than they make with their bcond, and nothing else has it."""
        found: dict[Node, str] = {}
        for node in sorted(self._asking & self._full.keys()):
            missing = self._needs.of(node, self._known[node].asks).unprovided
            for text in sorted(set(missing) - set(self._full[node].unprovided)):
                for maker in self._makers(node, text):
                    found.setdefault(maker, f"with it, nothing provides {text}, which {node} needs")
        return found

    def _makers(self, node: Node, text: str) -> Iterable[Node]:
        makers = [
            maker
            for maker, needs in self._full[node].direct.items()
            if maker in self._used and any(need.requirement == text for need in needs)
        ]
        return makers or [node] * (node in self._used)
