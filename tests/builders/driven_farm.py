"""A farm of one-package components with a real ledger and store, whose resolver and executor are stood in for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from builders.builds import built_rpm, digest
from builders.node_inputs import locked
from builders.rpm_facts import facts_of
from builders.spec_facts import spec

from farm.build import BuildLimits, BuildOutcome, BuildResult, BuiltRpm, FailureCause
from farm.buildroot_lock import BuildrootLock
from farm.built_facts import save_facts
from farm.clock import SystemClock
from farm.errors import UnresolvableError
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.node_inputs import NodeInputs
from farm.paths import CachePaths, StatePaths
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from farm.verdict import DifferenceCause, Verdict
from scheduler.bootstraps import Declared
from scheduler.driver import Driver
from scheduler.executor import BuildDone, ExplainDone, Lost
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.leases import BuildLeases
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.preparation import Prepared
from scheduler.report import Reporter, SilentReporter
from scheduler.resolution import MoreRequires
from scheduler.retry import RetryPolicy
from scheduler.run_control import RunControl
from scheduler.surroundings import Surroundings
from scheduler.worker_node import Place, WorkerNode
from workers.differ import Explanation
from workers.site import Site
from workers.tasks import BuildTask, ExplainTask


def prepared(name: str, spec: SpecFacts) -> Prepared:
    return Prepared(
        source=RenderedSource(component=name, files=(), epoch=0),
        source_rpm=SourceRpm(component=name, nevra=spec.source, digest=digest(f"{name}.src"), size=1),
        facts={"x86_64": spec},
    )


class FakeResolver:
    """Finds inputs at once; fails for nodes it was told to; asks once for more where it was told to."""

    def __init__(self, errors: Mapping[str, UnresolvableError], more: Mapping[str, tuple[str, ...]]) -> None:
        self.errors = errors
        self.more = dict(more)
        self.seed = ""
        self.seen: dict[Node, tuple[Node, ...]] = {}
        self.asked: list[str] = []
        self.remembered: list[tuple[str, ...]] = []

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        del prepared, arch
        self.remembered.append(requires)

    def resolve(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires:
        self.asked.append(node.component)
        if node.component in self.errors:
            raise self.errors[node.component]
        if node.component in self.more:
            return MoreRequires(requires=self.more.pop(node.component))
        self.seen[node] = tuple(built)
        seed = (locked("seed-1-1.x86_64", content=self.seed),) if self.seed else ()
        return prepared.inputs(node.arch, BuildrootLock(arch=node.arch, layers=(seed,)))


class FakeExecutor:
    """Builds at once: each component gives one RPM, whose bytes depend on what the test said."""

    def __init__(self, store: DirectoryStore) -> None:
        self.store = store
        self.built: list[tuple[str, str]] = []
        self.differing: set[str] = set()
        self.explained: list[str] = []
        self.lost_explanations = 0
        self.failing: set[str] = set()
        self.losses: dict[str, int] = {}
        self.kills = False
        self.cancelled: list[str] = []
        self.hanging: set[tuple[str, str]] = set()
        self.wanted: list[dict[str, int]] = []
        self.machines = ["here"]
        self.places: list[str] = []

    def want_slots(self, slots: Mapping[str, int]) -> None:
        self.wanted.append(dict(slots))

    def workers(self) -> Sequence[WorkerNode]:
        return tuple(WorkerNode(name=name, cpus=2, slots=(("x86_64", 2),)) for name in self.machines)

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        del key
        self.places.append(place.worker)
        name, variation = task.request.inputs.component, task.request.variation.name
        if self.losses.get(name, 0) > 0:
            self.losses[name] -= 1
            done(Lost(why="worker lost", worker_died=self.kills))
            return
        self.built.append((name, variation))
        if (name, variation) in self.hanging:
            return
        done(self.result(task, name))

    def result(self, task: BuildTask, name: str) -> BuildResult:
        content = task.request.variation.name if name in self.differing else ""
        data = f"{name} {content}".encode()
        rpm = built_rpm(f"{name}-1-1.x86_64", content=content)
        rpm = BuiltRpm(
            nevra=rpm.nevra, digest=self.store.put_bytes(data), size=len(data), header=rpm.header, payload=rpm.payload
        )
        save_facts(self.store, [facts_of(rpm)])
        failed = name in self.failing
        cause = FailureCause(category="compiler", summary="no such header", lines=("x.c:1: error",), first_line=7)
        return BuildResult(
            build_id=task.request.inputs.build_id,
            component=name,
            arch="x86_64",
            variation=task.request.variation,
            outcome=BuildOutcome.FAILED if failed else BuildOutcome.SUCCEEDED,
            rpms=() if failed else (rpm,),
            log=self.store.put_bytes(b"log"),
            worker="host/fake",
            started="2026-01-01T00:00:00.000Z",
            seconds=1.0,
            rpmbuild_seconds=0.5,
            cause=cause if failed else None,
        )

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        del task
        self.explained.append(key)
        if len(self.explained) <= self.lost_explanations:
            done(Lost(why="diffoscope was lost"))
            return
        cause = DifferenceCause(name="build-time", evidence="a clock", advice="none")
        done(Explanation(text=self.store.put_bytes(b"text"), html=None, causes=(cause,)))

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)

    def close(self) -> None:
        pass


class Farm:
    """A project of one-package components, with real ledger and store."""

    def __init__(self, tmp_path: Path, requires: Mapping[str, tuple[str, ...]]) -> None:
        tmp_path.mkdir(exist_ok=True)
        self.ledger = Ledger.open(tmp_path / "ledger.sqlite")
        self.store = DirectoryStore(tmp_path / "store")
        self.executor = FakeExecutor(self.store)
        self.resolver = FakeResolver({}, {})
        self.retry = RetryPolicy(attempts=2, first_delay=0.0, poll_seconds=0.01)
        self.reporter: Reporter = SilentReporter()
        self.control: RunControl | None = None
        self.run_id = ""
        self.bootstraps: dict[Node, SpecFacts] = {}
        self.specs = dict(spec(name, *found) for name, found in requires.items())
        self.site = Site(state=StatePaths(root=tmp_path), cache=CachePaths(root=tmp_path / "cache"), repositories={})

    def run(self, *, keep_going: bool = True, settled: Mapping[Node, Verdict] | None = None) -> dict[str, NodeOutcome]:
        declared = {which: Declared(bcond="tiny", known=Known(spec=it)) for which, it in self.bootstraps.items()}
        known = KnownGraph(facts=self.specs, seed_provides=lambda _need, _arch: "", requires={}, declared=declared)
        needs = known.needs()
        run_id = self.run_id or self.ledger.begin_run("demo", "", "build")
        leases = BuildLeases(self.ledger, SystemClock())
        leases.take_run(run_id)
        driver = Driver(
            run_id=run_id,
            control=self.control,
            machine=Machine(
                needs={which: found for which, found in needs.items() if which not in (settled or {})},
                policy=Policy(),
                variations=VARIATIONS,
                retry=self.retry,
                keep_going=keep_going,
            ),
            known=known,
            resolver=self.resolver,
            prepared={which.component: self._prepared(which) for which in self.specs},
            wanted=list(needs),
            surroundings=Surroundings(
                ledger=self.ledger,
                leases=leases,
                store=self.store,
                executor=self.executor,
                reporter=self.reporter,
                clock=SystemClock(),
                sites=lambda _arch: self.site,
                limits=BuildLimits(),
            ),
            settled=settled,
        )
        try:
            return {outcome.component: outcome for outcome in driver.run()}
        finally:
            leases.give_back_run()

    def _prepared(self, node: Node) -> Prepared:
        full, first = prepared(node.component, self.specs[node]), self.bootstraps.get(node)
        return full if first is None else replace(full, first=prepared(node.component, first))


def states(outcomes: Mapping[str, NodeOutcome]) -> dict[str, NodeState]:
    return {name: outcome.state for name, outcome in outcomes.items()}
