"""From components to source RPMs and what their specs say: once per rendered content, kept by identity."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from farm.bootstrap_source import BootstrapSpecs, UnknownBcondError, bootstrap_source
from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock
from farm.canonical import decode, encode, identity
from farm.digest import Digest
from farm.errors import FarmError, InfrastructureError, ProjectError
from farm.inputs.named_input import NamedInput
from farm.node_inputs import NodeInputs
from farm.project.farm_file import FARM_NAME
from farm.project.model import Component
from farm.sandbox.sandbox import VERSION
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.store.artifact_store import ArtifactStore
from scheduler.node import Node
from workers.policy_macros import policy_digest
from workers.site import Site
from workers.tasks import MadeSource, SourceTask

Render = Callable[[Component], RenderedSource]
NameInputs = Callable[[Component], tuple[NamedInput, ...]]
MakeSource = Callable[[SourceTask], MadeSource]


class NothingMadeError(InfrastructureError):
    """A worker answered without what it was asked for."""

    code = "PREP001"


class BrokenBootstrapError(ProjectError):
    """A spec that rpm can use is none with its bootstrap bcond."""

    code = "PREP003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A component, ready for the graph.

    Attributes:
        facts: by architecture.
        named: what the source RPM is made from, input by input.
        bootstrap: the bcond that its spec switches on to begin a cycle; empty for the component in full.
        first: the same component with its bootstrap bcond, where farm.toml declares one.
    """

    source: RenderedSource
    source_rpm: SourceRpm
    facts: Mapping[str, SpecFacts]
    named: tuple[NamedInput, ...] = ()
    bootstrap: str = ""
    first: "Prepared | None" = None

    def is_dynamic(self, arch: str) -> bool:
        """Tell whether its spec has `%generate_buildrequires` for an architecture, in full or with its bcond."""
        return self.facts[arch].dynamic or (self.first is not None and self.first.is_dynamic(arch))

    def build_inputs(self, arch: str, buildroot: Digest) -> BuildInputs:
        """Return what identifies a build for an architecture, in a buildroot."""
        return BuildInputs(
            component=self.source.component,
            arch=arch,
            source_rpm=self.source_rpm.digest,
            buildroot=buildroot,
            macros=policy_digest(),
            sandbox=VERSION,
            epoch=self.source.epoch,
        )

    def inputs(self, arch: str, lock: BuildrootLock) -> NodeInputs:
        """Return the inputs of a build for an architecture, in a buildroot."""
        build = self.build_inputs(arch, lock.id)
        return NodeInputs(
            build=build,
            source=self.source,
            source_rpm=self.source_rpm,
            lock=lock,
            named=self.named,
            bootstrap=self.bootstrap,
        )


class Preparation:
    """Renders components here, and has their source RPMs made and their specs read, in the base buildroot.

    Args:
        name_inputs: names what a component is made from.
        site: of this machine, for the architecture of the tools.
        tools: lock of the buildroot that rpmbuild and rpmspec run in.
        make: makes what is not kept: `run_source`, or what has a cluster do it.
        at_once: how many components.
        bootstraps: switches on the bconds that begin cycles; none where it is not given.
    """

    def __init__(
        self,
        *,
        render: Render,
        name_inputs: NameInputs,
        store: ArtifactStore,
        site: Site,
        tools: BuildrootLock,
        make: MakeSource,
        at_once: int,
        bootstraps: BootstrapSpecs | None = None,
    ) -> None:
        self._render = render
        self._name_inputs = name_inputs
        self._store = store
        self._site = site
        self._tools = tools
        self._make = make
        self._at_once = at_once
        self._bootstraps = bootstraps

    def prepare(
        self, components: Sequence[Component], arches: Sequence[str], meanwhile: Callable[[], None] = lambda: None
    ) -> dict[str, Prepared | FarmError]:
        """Return each component prepared, or the error that keeps it from being, in the order they are given.

        Args:
            meanwhile: is called in this thread after each of them.

        Raises:
            UnknownBcondError: a component's bootstrap bcond is none of its spec.
        """
        with ThreadPoolExecutor(self._at_once) as pool:
            results = pool.map(lambda component: self._attempt(component, arches), components)
            found = {}
            for component, result in zip(components, results, strict=True):
                found[component.name] = result
                meanwhile()
            return found

    def _attempt(self, component: Component, arches: Sequence[str]) -> Prepared | FarmError:
        try:
            return self._prepare(component, arches)
        except UnknownBcondError:
            raise
        except FarmError as error:
            return error

    def _prepare(self, component: Component, arches: Sequence[str]) -> Prepared:
        full = self._made(self._render(component), arches)
        full = replace(full, named=self._name_inputs(component))
        bcond = self._bootstraps.bcond(component.name) if self._bootstraps is not None else ""
        if self._bootstraps is None or not bcond:
            return full
        source = bootstrap_source(full.source, self._bootstraps, self._store)
        try:
            first = self._made(source, arches)
        except ProjectError as exc:
            raise BrokenBootstrapError(
                f"{source.spec_name} cannot be used with its bcond {bcond!r}: {exc.what}",
                why=exc.why,
                hint=f"lines are one further down than in the rendered spec: [bootstrap] of {FARM_NAME} adds one",
            ) from exc
        said = NamedInput(name=("bootstrap", component.name), value=bcond, file=FARM_NAME)
        return replace(full, first=replace(first, named=(said, *full.named), bootstrap=bcond))

    def _made(self, source: RenderedSource, arches: Sequence[str]) -> Prepared:
        kept = _Kept(store=self._store, recipe=_recipe(source, self._tools))
        source_rpm = kept.source_rpm()
        facts = {arch: found for arch in arches if (found := kept.facts(arch)) is not None}
        missing = tuple(arch for arch in arches if arch not in facts)
        if source_rpm is None or missing:
            task = SourceTask(
                site=self._site,
                source=source,
                tools=self._tools,
                makes_source_rpm=source_rpm is None,
                arches=missing,
            )
            made = self._make(task)
            kept.keep(made)
            source_rpm = source_rpm or made.source_rpm
            facts |= {found.arch: found for found in made.facts}
        if source_rpm is None:
            raise NothingMadeError(f"no source RPM of {source.component} was made")
        return Prepared(source=source, source_rpm=source_rpm, facts={arch: facts[arch] for arch in arches})


def first_round(prepared: Mapping[str, Prepared | FarmError], nodes: Iterable[Node]) -> dict[Node, Prepared]:
    """Return what those nodes are made from in the first round that have a bootstrap bcond."""
    found = {}
    for node in nodes:
        it = prepared[node.component]
        if isinstance(it, Prepared) and it.first is not None:
            found[node] = it.first
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What was made of a source in these tools, in the artifact store."""

    store: ArtifactStore
    recipe: Digest

    def source_rpm(self) -> SourceRpm | None:
        name = f"source-rpm/{self.recipe}"
        kept = self.store.record(name)
        if kept is None:
            return None
        found = decode(kept, SourceRpm)
        if self.store.has(found.digest):
            return found
        self.store.delete_record(name)
        return None

    def facts(self, arch: str) -> SpecFacts | None:
        kept = self.store.record(f"spec-facts/{self.recipe}/{arch}")
        return None if kept is None else decode(kept, SpecFacts)

    def keep(self, made: MadeSource) -> None:
        if made.source_rpm is not None:
            self.store.create_record(f"source-rpm/{self.recipe}", encode(made.source_rpm))
        for facts in made.facts:
            self.store.create_record(f"spec-facts/{self.recipe}/{facts.arch}", encode(facts))


def _recipe(source: RenderedSource, tools: BuildrootLock) -> Digest:
    return identity(
        "source-rpm", {"source": source.id, "tools": tools.id, "macros": policy_digest(), "sandbox": VERSION}
    )
