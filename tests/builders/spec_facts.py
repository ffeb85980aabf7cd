"""Facts of specs that only tests know."""

from collections.abc import Mapping, Sequence

from farm.nevra import Nevra
from farm.source_package import BinaryPackage, SpecFacts
from scheduler.bootstraps import Declared
from scheduler.edges import SeedProvides
from scheduler.graph import BuildGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.standing_graph import StandingGraph

ARCH = "x86_64"


def node(component: str, arch: str = ARCH) -> Node:
    return Node(component, arch)


def binary(name: str, *, provides: Sequence[str] = (), requires: Sequence[str] = ()) -> BinaryPackage:
    return BinaryPackage(name=name, provides=tuple(provides), requires=tuple(requires))


def spec(
    component: str,
    *requires: str,
    packages: Sequence[BinaryPackage] | None = None,
    version: str = "1",
    arch: str = ARCH,
    excluded: str = "",
) -> tuple[Node, SpecFacts]:
    """Return a node with its facts; it makes one package of its own name unless told otherwise."""
    facts = SpecFacts(
        arch=arch,
        source=Nevra(name=component, epoch=0, version=version, release="1", arch="src"),
        build_requires=tuple(sorted(requires)),
        dynamic=False,
        packages=tuple(packages if packages is not None else [binary(component)]),
        excluded=excluded,
    )
    return Node(component, arch), facts


def build_graph(
    facts: Mapping[Node, SpecFacts],
    *,
    seed_provides: SeedProvides,
    known_packages: Mapping[Node, Sequence[BinaryPackage]] | None = None,
    dynamic_requires: Mapping[Node, Sequence[str]] | None = None,
) -> BuildGraph:
    """Build the graph. A provider of the project wins over the seed.

    Args:
        facts: what the specs say; keys may be plain pairs (component, arch).
        seed_provides: (requirement, arch) -> name of a package of the seed that provides it, or "".
        known_packages: see `Known.packages`.
        dynamic_requires: see `Known.requires`.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
        RequirementError: a BuildRequires is no RPM dependency.
    """
    packages, requires = known_packages or {}, dynamic_requires or {}
    known = {
        Node(*key): Known(spec=spec, packages=tuple(packages.get(key, ())), requires=tuple(requires.get(key, ())))
        for key, spec in facts.items()
    }
    return StandingGraph(known, seed_provides=seed_provides).graph


def beginning(full: Sequence[tuple[Node, SpecFacts]], *first: tuple[Node, SpecFacts], seed: "Seed") -> BuildGraph:
    """Return the graph of some specs, of which those of `first` have the bootstrap bcond `tiny`."""
    known = {which: Known(spec=facts) for which, facts in full}
    declared = {which: Declared(bcond="tiny", known=Known(spec=facts)) for which, facts in first}
    return StandingGraph(known, seed_provides=seed, declared=declared).graph


class Seed:
    """A seed that provides the names given; counts as the callable that `build_graph` wants."""

    def __init__(self, *names: str, **packages: str) -> None:
        self.packages: Mapping[str, str] = {**{name: name for name in names}, **packages}

    def __call__(self, requirement: str, _arch: str) -> str:
        return self.packages.get(requirement, "")
