"""What a driver that starts again needs until it begins a build, with 20,000 finished nodes in its ledger and store.

    PYTHONPATH=tests .venv/bin/python tests/bench/restart.py [NODES] [top]

The ledger and the store are made first, by this process: a run with its plan, two results, a verdict and an outcome of
each node, inputs, and facts of its RPM. Components need those of the layer below, and the last one was never built.
Then a process of its own plans (nothing is solved: the first plan with this cache has done that), opens a run and
drives it until the executor is told to build. Rendering and its records are left out.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

from builders.builds import build_result, built_rpm, digest
from builders.known_inputs import KnownInputs, inputs_of, known_inputs_driver, prepared_as
from builders.rpm_facts import facts_of
from builders.spec_facts import spec

from farm.arch import host_arch
from farm.build import BuildResult, BuiltRpm
from farm.built_facts import save_facts
from farm.clock import SystemClock
from farm.digest import digest_bytes
from farm.events import NodeChanged, NodePlanned
from farm.garbage import collect_rarely
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome
from farm.node_inputs import NodeInputs, save_inputs
from farm.paths import CachePaths
from farm.project.farm_settings import FarmSettings
from farm.source_package import BinaryPackage
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from farm.verdict import Verdict, VerdictStatus
from scheduler.cached_table import CachedTable
from scheduler.executor import BuildDone, ExplainDone
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.past_builds import read_past_builds
from scheduler.plan import Action
from scheduler.plan_memory import PlanMemory
from scheduler.planning import Planner
from scheduler.policy import Policy
from scheduler.preparation import Prepared
from scheduler.retry import RetryPolicy
from scheduler.solved_before import SolvedBefore
from scheduler.worker_node import Place, WorkerNode
from workers.tasks import BuildTask, ExplainTask

ARCH = host_arch()
_LAYER = 500
_LAST = "zz-last"
_TOP = 2
_WRITERS = 16
_TODAY = date(2026, 1, 1)


class FirstDispatch(Exception):  # noqa: N818 - it is what the bench waits for, and no error
    """A build was to begin."""


class Stopwatch:
    """An executor that ends the run with the first build."""

    def workers(self) -> Sequence[WorkerNode]:
        """Return one machine."""
        return (WorkerNode(name="here", cpus=2, slots=((ARCH, 2),)),)

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        """Stop."""
        del key, task, place, done
        raise FirstDispatch

    def want_slots(self, wanted: Mapping[str, int]) -> None:
        """Nothing grows here."""

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        """Never asked for."""

    def cancel(self, key: str) -> None:
        """Never asked for."""

    def close(self) -> None:
        """Nothing is open."""


def components(count: int) -> dict[str, Prepared]:
    """Return components, each of which needs one of the layer below, and `last`, which needs the last of them."""
    found = {}
    for number in range(count):
        name = f"n{number:05}"
        requires = (f"n{number - _LAYER:05}",) if number >= _LAYER else ()
        found[name] = _prepared(name, requires)
    return {**found, _LAST: _prepared(_LAST, (f"n{count - 1:05}",))}


def _prepared(name: str, requires: tuple[str, ...]) -> Prepared:
    (_, facts) = spec(name, *requires, arch=ARCH)
    return prepared_as(name, {ARCH: facts})


def finish(top: Path, count: int) -> None:
    """Make a ledger and a store in which all but the last component are finished."""
    store = DirectoryStore(top / "store")
    every = components(count)
    names = [name for name in every if name != _LAST]
    with Ledger.open(top / "ledger.sqlite") as ledger:
        run = ledger.begin_run("bench", "", "build")
        planned = [NodePlanned(component=name, arch=ARCH, reasons=("never built",), action="build") for name in names]
        ledger.many.append(run, planned)
        for start in range(0, len(names), _LAYER):
            ready = [inputs_of(Node(name, ARCH), every[name]) for name in names[start : start + _LAYER]]
            with ThreadPoolExecutor(_WRITERS) as pool:
                list(pool.map(lambda inputs: keep(store, inputs), ready))
            record(ledger, run, ready)


def keep(store: DirectoryStore, inputs: NodeInputs) -> None:
    """Keep what the store holds of a node."""
    rpm = rpm_of(inputs.build.component)
    save_inputs(store, inputs)
    save_facts(store, [facts_of(rpm)])
    store.put_bytes(rpm.nevra.name.encode())


def record(ledger: Ledger, run: str, ready: Sequence[NodeInputs]) -> None:
    """Record builds, verdicts and ends of nodes."""
    results = [result_of(it, name) for it in ready for name in VARIATIONS]
    verdicts = [verdict_of(it) for it in ready]
    subjects = [build_subject(it.build_id, it.variation.name) for it in results]
    with ledger.transaction():
        held = ledger.many.acquire([*subjects, *(build_subject(it.build_id) for it in verdicts)], this_process(), 60)
        ledger.many.record_results([(held[subject], it) for subject, it in zip(subjects, results, strict=True)])
        ledger.many.record_verdicts([(held[build_subject(it.build_id)], it) for it in verdicts])
        ledger.many.release(list(held.values()))
        ledger.many.append(
            run,
            [
                NodeChanged(component=it.component, arch=ARCH, state=state, why="")
                for it in verdicts
                for state in (NodeState.QUEUED, NodeState.BUILDING, NodeState.VERIFYING, NodeState.REPRODUCIBLE)
            ],
        )
        ledger.many.record_outcomes(
            run,
            [
                NodeOutcome(
                    component=it.component,
                    arch=ARCH,
                    state=NodeState.REPRODUCIBLE,
                    build_id=it.build_id,
                    why="",
                    seconds=20.0,
                )
                for it in verdicts
            ],
        )


def rpm_of(name: str) -> BuiltRpm:
    """Return the RPM of a component; its bytes are its name."""
    return replace(built_rpm(f"{name}-1-1.{ARCH}"), digest=digest_bytes(name.encode()))


def result_of(inputs: NodeInputs, variation: str) -> BuildResult:
    """Return a result of a build."""
    return replace(
        build_result("any", of=variation),
        build_id=inputs.build.build_id,
        component=inputs.build.component,
        rpms=(rpm_of(inputs.build.component),),
    )


def verdict_of(inputs: NodeInputs) -> Verdict:
    """Return a good verdict."""
    return Verdict(
        build_id=inputs.build.build_id,
        component=inputs.build.component,
        arch=ARCH,
        status=VerdictStatus.REPRODUCIBLE,
        rpms=(rpm_of(inputs.build.component),),
        builds=tuple(VARIATIONS),
        differences=(),
        causes=(),
        report=None,
        html_report=None,
    )


def start_again(top: Path, count: int) -> dict[str, tuple[float, float]]:
    """Plan, and drive until a build begins; return when each of it was done: seconds of the clock, and of CPU."""
    clock = SystemClock()
    began = clock.monotonic()
    done: dict[str, tuple[float, float]] = {}

    def lap(what: str) -> None:
        done[what] = (clock.monotonic() - began, time.process_time())

    every = components(count)
    lap("prepared (in place of rendering)")
    store = DirectoryStore(top / "store")
    facts = {Node(name, ARCH): it.facts[ARCH] for name, it in every.items()}
    known = KnownGraph(facts=facts, seed_provides=lambda _need, _arch: "", requires={})
    cache = CachePaths(root=top / "cache")
    memory = PlanMemory(
        solved=SolvedBefore(CachedTable(cache.plans / "locks", str, cache.scratch), lambda _arch: digest("seed")),
        packages=CachedTable(cache.plans / "packages", BinaryPackage, cache.scratch),
    )
    with Ledger.open(top / "ledger.sqlite") as ledger:
        planner = Planner(
            ledger=ledger,
            store=store,
            resolver=KnownInputs(),
            settings=FarmSettings(),
            prepared=every,
            known=known,
            today=_TODAY,
            memory=memory,
        )
        plan = planner.plan(selected=None)
        reused = sum(it.action is Action.REUSE for it in plan.nodes)
        lap(f"planned, {reused} nodes as they were")
        read_past_builds(ledger, {it.node for it in plan.nodes if it.action is not Action.REUSE})
        lap("durations of past builds read")
        settled = planner.settled(plan)
        machine = Machine(
            needs={node: found for node, found in known.needs().items() if node not in settled},
            policy=Policy(),
            variations=VARIATIONS,
            retry=RetryPolicy(),
            keep_going=True,
        )
        driver = known_inputs_driver(
            top, ledger, machine=machine, known=known, prepared=every, executor=Stopwatch(), settled=settled
        )
        with suppress(FirstDispatch):
            driver.run()
        lap("first dispatch")
    return done


def main() -> None:
    """Make the state, or start again in it."""
    collect_rarely()  # as the command does
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    if len(sys.argv) > _TOP:
        for what, (seconds, cpu) in start_again(Path(sys.argv[_TOP]), count).items():
            sys.stdout.write(f"    {seconds:6.2f} s, {cpu:5.2f} s of CPU: {what}\n")
        return
    with TemporaryDirectory(prefix="farm-bench-") as top:
        finish(Path(top), count)
        for what in ("the first plan with this cache", "started again"):
            sys.stdout.write(f"{what}:\n")
            sys.stdout.flush()
            run([sys.executable, __file__, str(count), top], check=True)


if __name__ == "__main__":
    main()
