"""Puts the parts of a run together for one project, one state directory and one machine."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from farm.arch import arch_named
from farm.bootstrap_source import BootstrapSpecs
from farm.build import BuildLimits
from farm.buildroot_lock import BuildrootLock
from farm.cli.context import FarmContext
from farm.cli.learned_hash import tell_learned
from farm.cli.transfer_progress import transfer_watch
from farm.errors import FarmError
from farm.inputs.component_inputs import ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.layers import Layers
from farm.inputs.named_input import SourceInputs
from farm.missing_hashes import LearnedHash, MissingHashes
from farm.process import run
from farm.project.farm_settings import BuildFrom
from farm.project.model import Component, Project
from farm.render import Renderer
from farm.rendered_specs import RenderedSpecs
from farm.sandbox.mount_namespace import isolate_mounts
from farm.source_files import project_sources
from farm.source_package import SpecFacts
from farm.sources.transfer import TransferWatch
from farm.store.artifact_store import ArtifactStore
from scheduler.bootstraps import Declared
from scheduler.collection import no_collection
from scheduler.durations import Durations
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.learned_durations import learn_durations
from scheduler.node import Node
from scheduler.past_builds import PastBuilds
from scheduler.plan_memory import plan_memory
from scheduler.planning import Planner
from scheduler.preparation import Preparation, Prepared
from scheduler.remote_tasks import TaskCluster
from scheduler.resolution import Resolver
from scheduler.script_roots import SeedScriptRoots
from scheduler.seed_repositories import SeedRepositories
from scheduler.small_tasks import SmallTasks, tasks_here, tasks_on
from scheduler.solver import seed_provides
from scheduler.stand_in import stand_in
from workers.site import Site
from workers.tasks import RequiresTask


@dataclass(kw_only=True)
class Assembly:
    """A project with everything that is needed to plan and build it.

    Attributes:
        arches: architectures of this run.
        allow_no_hashes: source files that have no hash are taken as they come.
        learned: those that were, after `prepare`.
        small_tasks: who makes source RPMs and asks `%generate_buildrequires`.
    """

    farm: FarmContext
    project: Project
    arches: tuple[str, ...]
    allow_no_hashes: bool = False
    learned: list[LearnedHash] = field(default_factory=list)
    small_tasks: SmallTasks = field(default_factory=tasks_here)
    _sites: dict[str, Site] = field(default_factory=dict)

    @cached_property
    def seed(self) -> SeedRepositories:
        """The repositories of farm.toml."""
        return SeedRepositories(settings=self.project.farm, cache=self.farm.cache, project=self.project.root)

    @property
    def source_arch(self) -> str:
        """Who makes the source RPMs of all architectures: their bytes carry the architecture of their maker."""
        return self.project.farm.arches[0]

    @property
    def limits(self) -> BuildLimits:
        """What one build may use."""
        return self.project.farm.limits

    @cached_property
    def resolver(self) -> Resolver:
        """What finds the inputs of nodes."""
        return Resolver(
            settings=self.project.farm,
            store=self.farm.store(),
            repositories=self.seed.repositories,
            generate=self._generate,
        )

    def site(self, arch: str) -> Site:
        """Return what a worker for an architecture needs to know of this machine."""
        if arch not in self._sites:
            self._sites[arch] = Site(state=self.farm.state, cache=self.farm.cache, repositories=self.seed.roots(arch))
        return self._sites[arch]

    def prepare(self, cluster: TaskCluster | None = None) -> dict[str, Prepared | FarmError]:
        """Render every component of the project, make its source RPM, read its spec: the graph needs them all.

        Args:
            cluster: does the small tasks of the run instead of this machine, from now on.
        """
        maker = self.source_arch
        if cluster is not None:
            self.small_tasks = tasks_on(cluster, source_arch=maker)
        store = self.farm.store()
        with transfer_watch(self.farm) as watch:
            sources, complete = self._sources(store, watch)
            named = self._source_inputs(sources)
            preparation = Preparation(
                render=lambda component: sources.render(complete(component)),
                name_inputs=lambda component: named.of(complete(component)),
                store=store,
                site=self.site(maker),
                tools=self.resolver.tools(maker),
                make=self.small_tasks.make_source,
                at_once=self.small_tasks.sources_at_once,
                bootstraps=BootstrapSpecs(self.project.farm, self.project.root),
            )
            with no_collection(self.farm.ledger()) as meanwhile:
                return preparation.prepare(list(self.project.components.values()), self.arches, meanwhile)

    def _source_inputs(self, sources: Renderer | RenderedSpecs) -> SourceInputs:
        named = ProjectInputs(self.project, Layers(self.project), WorkTreeContents(self.project.roots))
        upstream = sources.upstream_id if isinstance(sources, Renderer) else None
        return SourceInputs(self.project, named, upstream=upstream)

    def _sources(
        self, store: ArtifactStore, watch: TransferWatch
    ) -> tuple[Renderer | RenderedSpecs, Callable[[Component], Component]]:
        """Return what renders components, and what completes them before; kept specs name every file with its hash."""
        roots = SeedScriptRoots(
            settings=self.project.farm,
            repositories=self.seed.repositories,
            buildroots=lambda arch: self.site(arch).buildroots(store),
        )
        gatherer = project_sources(
            project=self.project, store=store, cache=self.farm.cache, watch=watch, script_roots=roots
        )
        if self.project.farm.build_from is BuildFrom.RENDERED_SPECS:
            return RenderedSpecs(project=self.project, sources=gatherer), _as_it_is
        renderer = Renderer(project=self.project, store=store, cache=self.farm.cache, sources=gatherer)
        if not self.allow_no_hashes:
            return renderer, _as_it_is
        hashes = MissingHashes(project=self.project, cache=self.farm.cache, sources=gatherer, tell=self._tell)
        return renderer, hashes.complete

    def _tell(self, learned: LearnedHash) -> None:
        tell_learned(learned)
        self.learned.append(learned)

    def known_graph(self, prepared: Mapping[str, Prepared | FarmError]) -> KnownGraph:
        """Return the graph as far as specs, the seed and earlier runs tell."""
        facts: dict[Node, SpecFacts] = {}
        requires: dict[Node, Sequence[str]] = {}
        declared: dict[Node, Declared] = {}
        for name, found in sorted(prepared.items()):
            for arch in self.arches:
                node = Node(name, arch)
                facts[node] = stand_in(name, arch) if isinstance(found, FarmError) else found.facts[arch]
                if isinstance(found, Prepared):
                    requires[node] = self.resolver.known_requires(found, arch)
                    if found.first is not None:
                        declared[node] = self._declared(found.first, arch)
        provides = seed_provides(self.seed.repositories)
        return KnownGraph(facts=facts, seed_provides=provides, requires=requires, declared=declared)

    def _declared(self, first: Prepared, arch: str) -> Declared:
        requires = self.resolver.known_requires(first, arch)
        return Declared(bcond=first.bootstrap, known=Known(spec=first.facts[arch], requires=requires))

    def planner(self, prepared: Mapping[str, Prepared | FarmError], known: KnownGraph) -> Planner:
        """Return what plans runs of this graph, from what is recorded until now."""
        ledger = self.farm.ledger()
        return Planner(
            ledger=ledger,
            store=self.farm.store(),
            resolver=self.resolver,
            settings=self.project.farm,
            prepared=prepared,
            known=known,
            today=ledger.clock.now().date(),
            memory=plan_memory(self.farm.cache, self.resolver),
        )

    def durations(
        self, prepared: Mapping[str, Prepared | FarmError], nodes: Iterable[Node], past: PastBuilds
    ) -> Durations:
        """Return how long nodes are expected to take: from past builds, else from what is known of their components."""
        return learn_durations(
            past.samples,
            nodes=nodes,
            expensive={name for name, it in self.project.components.items() if it.build.expensive},
            sizes={name: it.source_rpm.size for name, it in prepared.items() if isinstance(it, Prepared)},
        )

    def _generate(self, prepared: Prepared, lock: BuildrootLock) -> tuple[str, ...]:
        return self.small_tasks.generate(
            RequiresTask(
                site=self.site(lock.arch),
                source_rpm=prepared.source_rpm,
                lock=lock,
                limits=self.limits,
                epoch=prepared.source.epoch,
            )
        )


def _as_it_is(component: Component) -> Component:
    return component


def assemble(farm: FarmContext, arches: Sequence[str], *, allow_no_hashes: bool = False) -> Assembly:
    """Return the assembly for the project of an invocation, and mount in a namespace of its own from now on.

    Raises:
        ProjectError: there is no project, or it is invalid.
        UnknownArchError: an architecture is none.
    """
    isolate_mounts()
    project = farm.project()
    chosen = tuple(arch_named(arch).name for arch in arches)
    return Assembly(farm=farm, project=project, arches=chosen or project.farm.arches, allow_no_hashes=allow_no_hashes)


def project_commit(root: Path) -> str:
    """Return the commit of the project's checkout, with `+` where the project has changes; empty where it is none."""
    head = run(["git", "-C", str(root), "rev-parse", "HEAD"])
    if not head.ok:
        return ""
    changes = run(["git", "-C", str(root), "status", "--porcelain", "--", "."])
    return head.stdout.decode().strip() + ("+" if changes.stdout else "")
