"""The graph of a project from what its specs say alone: no source is fetched, and nothing of them is executed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from farm.cli.context import FarmContext
from farm.errors import FarmError
from farm.project.model import Project
from farm.requires.planned_facts import planned_facts
from farm.requires.readers import cached_reader
from farm.requires.reading import ReaderName, RenderedSpec
from farm.requires.spec_places import SpecPlaces, project_macros
from farm.sandbox.claimed_directory import claimed_directory
from farm.source_package import SpecFacts
from scheduler.bootstraps import Declared
from scheduler.edges import SeedProvides
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.stand_in import stand_in

_ASSUMED = "assumed"

_Facts = Mapping[str, Mapping[str, SpecFacts | str]]
"""By component and architecture what its spec says, or why it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecGraph:
    """What specs tell.

    Attributes:
        unread: nodes whose spec cannot be read, and why.
        dynamic: components whose BuildRequires only a run knows in full.
    """

    known: KnownGraph
    unread: Mapping[Node, str]
    dynamic: frozenset[str]


def read_spec_graph(
    farm: FarmContext, project: Project, arches: Sequence[str], *, seed_provides: SeedProvides | None
) -> SpecGraph:
    """Read every spec of a project by the reader that executes nothing, and return the graph that follows.

    Specs are those that the project keeps rendered; a component it keeps none of is rendered from dist-git.

    Args:
        seed_provides: who provides a requirement in the seed; where it is None, a seed is assumed that has everything.

    Raises:
        UnknownBcondError: a component's bootstrap bcond is none of its spec.
    """
    facts: dict[Node, SpecFacts] = {}
    unread: dict[Node, str] = {}
    full, first = _facts(farm, project, arches)
    for name, by_arch in sorted(full.items()):
        for arch, found in sorted(by_arch.items()):
            node = Node(name, arch)
            if isinstance(found, str):
                unread[node] = found
            facts[node] = stand_in(name, arch) if isinstance(found, str) else found
    known = KnownGraph(
        facts=facts,
        seed_provides=seed_provides or assumed_seed(facts.values()),
        requires={},
        declared=_declared(project, first),
    )
    dynamic = frozenset(node.component for node, spec in facts.items() if spec.dynamic)
    return SpecGraph(known=known, unread=unread, dynamic=dynamic)


def _declared(project: Project, first: _Facts) -> dict[Node, Declared]:
    """Return what specs say with their bootstrap bconds; one that cannot be read so counts as without."""
    return {
        Node(it.component, arch): Declared(bcond=it.bcond, known=Known(spec=found))
        for it in project.farm.bootstrap
        for arch, found in first.get(it.component, {}).items()
        if isinstance(found, SpecFacts)
    }


def assumed_seed(facts: Iterable[SpecFacts]) -> SeedProvides:
    """Return the answers of a seed that has an older build of all that the project makes, and whatever is asked for."""
    makers: dict[str, str] = {}
    for spec in facts:
        for package in spec.packages:
            for provide in (package.name, *package.provides):
                makers.setdefault(provide.partition(" ")[0], package.name)
    return lambda requirement, _arch: makers.get(requirement.partition(" ")[0], _ASSUMED)


def _facts(farm: FarmContext, project: Project, arches: Sequence[str]) -> tuple[_Facts, _Facts]:
    """Return what specs say, and what those say with their bootstrap bcond that have one."""
    errors: dict[str, str] = {}
    with claimed_directory(farm.cache.scratch, "specs") as scratch:
        scratch.chmod(0o711)  # a sandbox of another user goes through it to the specs
        places = SpecPlaces(project=project, cache=farm.cache, scratch=scratch)
        specs: list[RenderedSpec] = []
        for component in project.components.values():
            try:
                specs.append(places.kept(component) or places.made(component))
            except FarmError as error:
                errors[component.name] = ": ".join(filter(None, (error.what, error.why)))
        begun = [it for spec in specs if (it := places.first(spec)) is not None]
        reader, macros = cached_reader(ReaderName.FAST, farm.cache), project_macros(project)
        full = planned_facts(specs, reader=reader, macros=macros, arches=arches)
        first = planned_facts(begun, reader=reader, macros=macros, arches=arches) if begun else {}
    return {**full, **{name: dict.fromkeys(arches, why) for name, why in errors.items()}}, first
