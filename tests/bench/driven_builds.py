"""How many builds a second go through machine, ledger (SQLite) and Ray, beside the same Ray tasks without the farm.

    PYTHONPATH=tests .venv/bin/python tests/bench/driven_builds.py [COMPONENTS] [postgresql]

Builds do nothing, and need one of two CPUs each; 64 are under way at a time, driven or not. Each component is built
twice and judged. Solving and rendering are left out: inputs are there. Driven and bare take turns, because machines are
shared.
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.builds import built_rpm
from builders.known_inputs import known_inputs_driver, prepared_as
from builders.local_ray import local_ray
from builders.noop_builds import ARCH, AT_ONCE, NoOpExecutor, remote_no_op
from builders.postgresql import postgresql_server
from builders.rpm_facts import facts_of
from builders.spec_facts import spec

from farm.build import BuildResult
from farm.built_facts import save_facts
from farm.clock import SystemClock
from farm.garbage import collect_rarely
from farm.ledger.ledger import Ledger
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.ray_library import ray
from scheduler.retry import RetryPolicy
from workers.tasks import BuildTask

_RUNS = 3


def drive(top: Path, count: int, ledger_at: str) -> tuple[float, list[BuildTask]]:
    """Drive a run of so many components and return its seconds and its tasks."""
    facts = dict(spec(f"n{number:05}", arch=ARCH) for number in range(count))
    prepared = {node.component: prepared_as(node.component, {ARCH: read}) for node, read in facts.items()}
    store = DirectoryStore(top / "store")
    save_facts(store, [facts_of(built_rpm(f"{node.component}-1-1.{ARCH}")) for node in facts])
    clock = SystemClock()
    executor = NoOpExecutor()
    known = KnownGraph(facts=facts, seed_provides=lambda _need, _arch: "", requires={})
    needs = known.needs()
    machine = Machine(needs=needs, policy=Policy(), variations=VARIATIONS, retry=RetryPolicy(), keep_going=True)
    with Ledger.open(ledger_at or top / "ledger.sqlite") as ledger, closing(executor):
        driver = known_inputs_driver(top, ledger, machine=machine, known=known, prepared=prepared, executor=executor)
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
            waiting.append(remote_no_op.remote(left.pop()))
        done, waiting = ray.wait(waiting, num_returns=1)
        ray.get(done)
    return clock.monotonic() - began


def main() -> None:
    """Print the two rates and their ratio, three times."""
    collect_rarely()  # as the command does
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    with local_ray(), TemporaryDirectory(prefix="farm-bench-") as top, ExitStack() as ends:
        server = ends.enter_context(postgresql_server()) if "postgresql" in sys.argv else None

        def driven(name: str, count: int) -> tuple[float, list[BuildTask]]:
            (Path(top) / name).mkdir()
            return drive(Path(top) / name, count, server.new_database() if server else "")

        bare(driven("warm", 50)[1])
        for number in range(_RUNS):
            seconds, tasks = driven(f"run {number}", count)
            beside = bare(tasks)
            sys.stdout.write(
                f"{len(tasks)} builds, a second: driven {len(tasks) / seconds:.0f}, bare Ray "
                f"{len(tasks) / beside:.0f}: {beside / seconds:.0%}\n"
            )


if __name__ == "__main__":
    main()
