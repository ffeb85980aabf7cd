"""From a node whose needs are built to its exact inputs: buildroot lock and build id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.built_facts import load_facts
from farm.canonical import decode, encode, identity
from farm.digest import Digest, digest_bytes
from farm.errors import UnresolvableError
from farm.node_inputs import NodeInputs
from farm.project.farm_settings import FarmSettings
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from scheduler.node import Node
from scheduler.preparation import Prepared
from scheduler.repository import PackageRepository, stage_repository
from scheduler.solver import SOLVER, solve_buildroot

STAGE = "stage"
ROUNDS = 10
"""Rounds of `%generate_buildrequires` until nothing new is asked for; mock has no bound, and loops."""

Generate = Callable[[Prepared, BuildrootLock], tuple[str, ...]]
"""Runs one round of `%generate_buildrequires` in a buildroot and returns all BuildRequires known after it."""


class EndlessRequiresError(UnresolvableError):
    """Each round of `%generate_buildrequires` asks for something new."""

    code = "SLV032"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreRequires:
    """`%generate_buildrequires` asked for something that is not remembered: the graph must learn of it first."""

    requires: tuple[str, ...]


class Resolver:
    """Solves buildroots against the seed and what this stage has built so far.

    Args:
        repositories: of one architecture, by architecture.
        generate: see `Generate`.
    """

    def __init__(
        self,
        *,
        settings: FarmSettings,
        store: ArtifactStore,
        repositories: Callable[[str], Sequence[PackageRepository]],
        generate: Generate,
    ) -> None:
        self._settings = settings
        self._store = store
        self._repositories = repositories
        self._generate = generate
        self._contexts: dict[str, Digest] = {}

    def context(self, arch: str) -> Digest:
        """Return the identity of all but requirements and packages of the stage that a buildroot follows from."""
        if arch not in self._contexts:
            repositories = [
                (
                    it.name,
                    it.priority,
                    digest_bytes(it.primary),
                    digest_bytes(it.filelists.data if it.filelists else b""),
                )
                for it in self._repositories(arch)
            ]
            layers = [layer.packages for layer in self._settings.layers]
            self._contexts[arch] = identity("solving", [SOLVER, arch, repositories, self._settings.base, layers])
        return self._contexts[arch]

    def tools(self, arch: str) -> BuildrootLock:
        """Return the buildroot of the base group alone, from the seed: what source RPMs are made in."""
        return self._solve(arch, (), (), "the base group")

    def known_requires(self, prepared: Prepared, arch: str) -> tuple[str, ...]:
        """Return all dynamic BuildRequires that were ever found for this source RPM: more edges do no harm."""
        names = self._store.records(_requires_prefix(prepared.source_rpm, arch))
        kept = [self._store.record(name) for name in names]
        return tuple(sorted({need for data in kept if data is not None for need in decode(data, tuple[str, ...])}))

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """Keep what `%generate_buildrequires` asked for, so that every later graph has it from the start."""
        name = f"{_requires_prefix(prepared.source_rpm, arch)}/{identity('requires', requires)}"
        self._store.create_record(name, encode(requires))

    def resolve(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires:
        """Return the inputs of a node, or the requirements that its graph must learn of first.

        The rounds of `%generate_buildrequires` begin with the static BuildRequires each time, so that the result
        depends on the source RPM and the visible packages alone.

        Args:
            built: packages of every node that this one needs, directly or not: the buildroot sees no others, so
                that it does not depend on what else happens to be finished.

        Raises:
            MissingProviderError: nothing provides a requirement.
            EndlessRequiresError: the rounds do not settle.
            BuildError: `%generate_buildrequires` failed.
        """
        return self._find(node, prepared, built, self._generate)

    def solve_only(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires | None:
        """Return what `resolve` returns without running anything; None where it would have to."""
        try:
            return self._find(node, prepared, built, _refuse)
        except _MustRunError:
            return None

    def _find(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]], generate: Generate
    ) -> NodeInputs | MoreRequires:
        stage = self._stage(built)
        facts = prepared.facts[node.arch]
        known = {*facts.build_requires, *self.known_requires(prepared, node.arch)}
        requires = set(facts.build_requires)
        for _ in range(ROUNDS):
            lock = self._solve(node.arch, stage, sorted(requires), str(node))
            generated = self._generated(prepared, lock, generate) if facts.dynamic else ()
            if not known.issuperset(generated):
                return MoreRequires(requires=generated)
            if requires.issuperset(generated):
                return prepared.inputs(node.arch, lock)
            requires.update(generated)
        raise EndlessRequiresError(
            f"%generate_buildrequires of {node} asks for something new in each of {ROUNDS} rounds",
            why=", ".join(sorted(requires.difference(facts.build_requires))),
            hint="what it prints must settle once that is installed",
        )

    def _stage(self, built: Mapping[Node, Sequence[BuiltRpm]]) -> tuple[PackageRepository, ...]:
        rpms = sorted({rpm for made in built.values() for rpm in made if not rpm.nevra.is_debug})
        if not rpms:
            return ()
        return (stage_repository(STAGE, [load_facts(self._store, rpm.digest) for rpm in rpms]),)

    def _solve(
        self, arch: str, stage: Sequence[PackageRepository], requires: Sequence[str], wanted_by: str
    ) -> BuildrootLock:
        return solve_buildroot(
            (*stage, *self._repositories(arch)),
            arch=arch,
            base=self._settings.base,
            layers=[layer.packages for layer in self._settings.layers],
            requires=requires,
            wanted_by=wanted_by,
        )

    def _generated(self, prepared: Prepared, lock: BuildrootLock, generate: Generate) -> tuple[str, ...]:
        """Return what one round asks for in this buildroot: kept, because the same buildroot asks for the same."""
        name = f"generated-requires/{prepared.source_rpm.digest}/{lock.id}"
        kept = self._store.record(name)
        if kept is not None:
            return decode(kept, tuple[str, ...])
        generated = generate(prepared, lock)
        self._store.create_record(name, encode(generated))
        return generated


class _MustRunError(Exception):
    """What `%generate_buildrequires` asks for in this buildroot is not kept."""


def _refuse(_prepared: Prepared, _lock: BuildrootLock) -> tuple[str, ...]:
    raise _MustRunError


def _requires_prefix(source_rpm: SourceRpm, arch: str) -> str:
    return f"dynamic-requires/{source_rpm.digest}/{arch}"
