"""How many builds a second go through machine, ledger (SQLite) and Ray, beside the same Ray tasks without the farm.

    PYTHONPATH=tests .venv/bin/python tests/bench/driven_builds.py [COMPONENTS]

Builds do nothing; each component is built twice and judged. Solving and rendering are left out: inputs are there.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import ray
from builders.builds import built_rpm, digest
from builders.rpm_facts import facts_of

from farm.arch import host_arch
from farm.build import BuildLimits, BuildOutcome, BuildResult, BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.built_facts import save_facts
from farm.clock import SystemClock
from farm.ledger.ledger import Ledger
from farm.nevra import Nevra
from farm.node_inputs import NodeInputs
from farm.paths import CachePaths, StatePaths
from farm.source_package import BinaryPackage, RenderedSource, SourceRpm, SpecFacts
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from scheduler.driver import Driver
from scheduler.executor import BuildDone, ExplainDone
from scheduler.known_graph import KnownGraph
from scheduler.leases import BuildLeases
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.preparation import Prepared
from scheduler.report import SilentReporter
from scheduler.retry import RetryPolicy
from scheduler.surroundings import Surroundings
from scheduler.worker_node import Place, WorkerNode
from workers.site import Site
from workers.tasks import BuildTask, ExplainTask

ARCH = host_arch()
AT_ONCE = 64


def no_op(task: BuildTask) -> BuildResult:
    """Answer as a build does that made nothing."""
    inputs = task.request.inputs
    return BuildResult(
        build_id=inputs.build_id,
        component=inputs.component,
        arch=inputs.arch,
        variation=task.request.variation,
        outcome=BuildOutcome.SUCCEEDED,
        rpms=(built_rpm(f"{inputs.component}-1-1.{inputs.arch}"),),
        log=digest("log"),
        worker="bench",
        started="2026-01-01T00:00:00.000Z",
        seconds=0.0,
        rpmbuild_seconds=0.0,
        cause=None,
    )


_remote = ray.remote(max_retries=0, num_cpus=1)(no_op)


class NoOpExecutor:
    """Carries tasks to Ray as the farm does."""

    def __init__(self) -> None:
        self.tasks: list[BuildTask] = []

    def workers(self) -> Sequence[WorkerNode]:
        """Return one machine with many slots: the builds need no CPU."""
        return (WorkerNode(name="here", cpus=AT_ONCE, slots=((ARCH, AT_ONCE),)),)

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        """Start a task."""
        del key, place
        self.tasks.append(task)
        future = _remote.remote(task).future()
        future.add_done_callback(lambda ended: done(ended.result()))

    def want_slots(self, wanted: Mapping[str, int]) -> None:
        """Nothing grows here."""

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        """Never asked for: equal builds need no explanation."""
        raise NotImplementedError

    def cancel(self, key: str) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Nothing is open."""


class KnownInputs:
    """Gives inputs at once."""

    def resolve(self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]) -> NodeInputs:
        """Return the inputs of a node."""
        del built
        return prepared.inputs(node.arch, BuildrootLock(arch=node.arch, layers=()))

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """Nothing is learned."""


def drive(top: Path, count: int) -> tuple[float, list[BuildTask]]:
    """Drive a run of so many components and return its seconds and its tasks."""
    facts = {Node(f"n{number:05}", ARCH): _facts(f"n{number:05}") for number in range(count)}
    prepared = {node.component: _prepared(node.component, spec) for node, spec in facts.items()}
    store = DirectoryStore(top / "store")
    save_facts(store, [facts_of(built_rpm(f"{node.component}-1-1.{ARCH}")) for node in facts])
    clock = SystemClock()
    executor = NoOpExecutor()
    site = Site(state=StatePaths(root=top), cache=CachePaths(root=top / "cache"), repositories={})
    known = KnownGraph(facts=facts, seed_provides=lambda _need, _arch: "", requires={})
    needs = known.needs()
    machine = Machine(needs=needs, policy=Policy(), variations=VARIATIONS, retry=RetryPolicy(), keep_going=True)
    with Ledger.open(top / "ledger.sqlite") as ledger:
        driver = Driver(
            run_id=ledger.begin_run("bench", "", "build"),
            machine=machine,
            known=known,
            resolver=KnownInputs(),
            prepared=prepared,
            wanted=list(needs),
            surroundings=Surroundings(
                ledger=ledger,
                leases=BuildLeases(ledger, clock),
                store=store,
                executor=executor,
                reporter=SilentReporter(),
                clock=clock,
                sites=lambda _arch: site,
                limits=BuildLimits(),
            ),
        )
        began = clock.monotonic()
        outcomes = driver.run()
        seconds = clock.monotonic() - began
    states = {outcome.state for outcome in outcomes}
    if states != {NodeState.REPRODUCIBLE}:
        sys.exit(f"the run did not end well: {sorted(states)}")
    return seconds, executor.tasks


def bare(tasks: Sequence[BuildTask]) -> float:
    """Run the same tasks on Ray, as many at once, and return the seconds."""
    clock = SystemClock()
    began = clock.monotonic()
    waiting: list[ray.ObjectRef[BuildResult]] = []
    left = list(tasks)
    while left or waiting:
        while left and len(waiting) < AT_ONCE:
            waiting.append(_remote.remote(left.pop()))
        done, waiting = ray.wait(waiting, num_returns=1)
        ray.get(done)
    return clock.monotonic() - began


def _facts(name: str) -> SpecFacts:
    return SpecFacts(
        arch=ARCH,
        source=Nevra.parse(f"{name}-1-1.src"),
        build_requires=(),
        dynamic=False,
        packages=(BinaryPackage(name=name, provides=(), requires=()),),
        excluded="",
    )


def _prepared(name: str, spec: SpecFacts) -> Prepared:
    return Prepared(
        source=RenderedSource(component=name, files=(), epoch=0),
        source_rpm=SourceRpm(component=name, nevra=spec.source, digest=digest(f"{name}.src"), size=1),
        facts={ARCH: spec},
    )


def main() -> None:
    """Print the two rates and their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    with TemporaryDirectory(prefix="farm-bench-") as top:
        for name in ("warm", "measured"):
            (Path(top) / name).mkdir()
        drive(Path(top) / "warm", 20)
        seconds, tasks = drive(Path(top) / "measured", count)
        beside = bare(tasks)
    sys.stdout.write(
        f"{len(tasks)} builds a second: driven {len(tasks) / seconds:.0f}, bare Ray {len(tasks) / beside:.0f}: "
        f"{beside / seconds:.0%}\n"
    )
    ray.shutdown()


if __name__ == "__main__":
    main()
