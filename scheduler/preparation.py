"""From components to source RPMs and what their specs say: once per rendered content, kept by identity."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock
from farm.canonical import decode, encode, identity
from farm.digest import Digest
from farm.errors import FarmError
from farm.inputs.named_input import NamedInput
from farm.node_inputs import NodeInputs
from farm.project.model import Component
from farm.sandbox.sandbox import VERSION
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.store.artifact_store import ArtifactStore
from workers.policy_macros import policy_digest
from workers.source_rpm import build_source_rpm
from workers.spec_facts import read_spec

Render = Callable[[Component], RenderedSource]
NameInputs = Callable[[Component], tuple[NamedInput, ...]]
OpenRoot = Callable[[BuildrootLock], AbstractContextManager[Path]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A component, ready for the graph.

    Attributes:
        facts: by architecture.
        named: what the source RPM is made from, input by input.
    """

    source: RenderedSource
    source_rpm: SourceRpm
    facts: Mapping[str, SpecFacts]
    named: tuple[NamedInput, ...] = ()

    def inputs(self, arch: str, lock: BuildrootLock) -> NodeInputs:
        """Return the inputs of a build for an architecture, in a buildroot."""
        build = BuildInputs(
            component=self.source.component,
            arch=arch,
            source_rpm=self.source_rpm.digest,
            buildroot=lock.id,
            macros=policy_digest(),
            sandbox=VERSION,
            epoch=self.source.epoch,
        )
        return NodeInputs(build=build, source=self.source, source_rpm=self.source_rpm, lock=lock, named=self.named)


class Preparation:
    """Renders components, makes their source RPMs, and asks rpmspec, in the base buildroot.

    Args:
        name_inputs: names what a component is made from.
        tools: lock of the buildroot that rpmbuild and rpmspec run in.
        open_root: opens a buildroot.
        scratch: directory for working files.
        processes: how many components at once.
    """

    def __init__(
        self,
        *,
        render: Render,
        name_inputs: NameInputs,
        store: ArtifactStore,
        tools: BuildrootLock,
        open_root: OpenRoot,
        scratch: Path,
        processes: int,
    ) -> None:
        self._render = render
        self._name_inputs = name_inputs
        self._store = store
        self._tools = tools
        self._open_root = open_root
        self._scratch = scratch
        self._processes = processes

    def prepare(self, components: Sequence[Component], arches: Sequence[str]) -> dict[str, Prepared | FarmError]:
        """Return each component prepared, or the error that keeps it from being."""
        with ThreadPoolExecutor(self._processes) as pool:
            results = pool.map(lambda component: self._attempt(component, arches), components)
            return {component.name: result for component, result in zip(components, results, strict=True)}

    def _attempt(self, component: Component, arches: Sequence[str]) -> Prepared | FarmError:
        try:
            return self._prepare(component, arches)
        except FarmError as error:
            return error

    def _prepare(self, component: Component, arches: Sequence[str]) -> Prepared:
        source = self._render(component)
        recipe = identity(
            "source-rpm",
            {"source": source.id, "tools": self._tools.id, "macros": policy_digest(), "sandbox": VERSION},
        )
        return Prepared(
            source=source,
            source_rpm=self._source_rpm(source, recipe),
            facts={arch: self._facts(source, recipe, arch) for arch in arches},
            named=self._name_inputs(component),
        )

    def _source_rpm(self, source: RenderedSource, recipe: Digest) -> SourceRpm:
        name = f"source-rpm/{recipe}"
        kept = self._store.record(name)
        if kept is not None:
            found = decode(kept, SourceRpm)
            if self._store.has(found.digest):
                return found
            self._store.delete_record(name)
        with self._open_root(self._tools) as root:
            made = build_source_rpm(source, root=root, store=self._store, scratch=self._scratch)
        self._store.create_record(name, encode(made))
        return made

    def _facts(self, source: RenderedSource, recipe: Digest, arch: str) -> SpecFacts:
        name = f"spec-facts/{recipe}/{arch}"
        kept = self._store.record(name)
        if kept is not None:
            return decode(kept, SpecFacts)
        with self._open_root(self._tools) as root:
            facts = read_spec(source, root=root, arch=arch, store=self._store, scratch=self._scratch)
        self._store.create_record(name, encode(facts))
        return facts
