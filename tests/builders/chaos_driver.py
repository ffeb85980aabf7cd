"""The driver of a chaos run as a process of its own: the farm's, but for what stands for rendering and rpmbuild.

python -m builders.chaos_driver ORDERS.json
"""

import random
import sys
from pathlib import Path

import msgspec
from builders.chaos_build import STAGE, quick_build
from builders.chaos_stage import ARCH, ChaosStage, SeesAncestors
from builders.store_faults import suffer_faults

from farm.build import BuildLimits
from farm.clock import SystemClock
from farm.environment import variable
from farm.errors import FarmError
from farm.events import RunStatus
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.paths import CachePaths, StatePaths
from farm.store.directory_store import DirectoryStore
from scheduler import leases, ray_executor, ray_tasks
from scheduler.cli.build import exit_status
from scheduler.driver import Driver
from scheduler.machine import Machine
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.report import LineReporter
from scheduler.retry import RetryPolicy
from scheduler.run_lease import OpenRun, end_abandoned, open_run
from scheduler.surroundings import Surroundings
from workers.site import Site


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver is to do.

    Attributes:
        address: of the cluster; empty for Ray of its own.
        ledger_url: empty for the file in the state directory.
        lease_seconds: after which a lease that nobody renews may be taken over.
    """

    stage: str
    state: str
    address: str = ""
    ledger_url: str = ""
    lease_seconds: float = 60.0


def drive(orders: Orders) -> int:
    """Drive one run to its end and return its exit status."""
    leases._TTL_SECONDS = orders.lease_seconds
    ray_tasks.run_build = quick_build  # type: ignore[attr-defined] # Ray carries the name to its workers
    state = StatePaths(root=Path(orders.state), ledger_url=orders.ledger_url)
    suffer_faults(state.root, random.Random(variable("FARM_CHAOS_SEED")))  # noqa: S311 - repeatable
    with Ledger.open(state.ledger_address) as ledger:
        end_abandoned(ledger, ledger.clock)
        with open_run(ledger, ledger.clock, project="chaos", commit="", command="build") as run:
            executor = ray_executor.RayExecutor(orders.address)
            try:
                outcomes = _build(orders, state, ledger, run, executor)
            finally:
                executor.close()
            run.status = RunStatus.FAILED if exit_status(outcomes) else RunStatus.SUCCEEDED
            return exit_status(outcomes)


def _build(
    orders: Orders, state: StatePaths, ledger: Ledger, run: OpenRun, executor: ray_executor.RayExecutor
) -> list[NodeOutcome]:
    stage = ChaosStage.load(Path(orders.stage))
    store = DirectoryStore(state.store)
    known = stage.known()
    site = Site(state=state, cache=CachePaths(root=state.root / "cache"), repositories={STAGE: stage.root})
    driver = Driver(
        run_id=run.run_id,
        machine=Machine(
            needs=known.needs(stage.nodes),
            policy=Policy(),
            variations=VARIATIONS,
            retry=RetryPolicy(first_delay=0.2, factor=2.0),
            keep_going=True,
        ),
        known=known,
        resolver=SeesAncestors(),
        prepared=stage.prepared(store),
        wanted=stage.nodes,
        surroundings=Surroundings(
            ledger=ledger,
            leases=run.leases,
            store=store,
            executor=executor,
            reporter=LineReporter(total=len(stage.nodes), stream=sys.stderr, verbose=True),
            clock=SystemClock(),
            sites={ARCH: site}.__getitem__,
            limits=BuildLimits(),
        ),
    )
    return driver.run()


def main() -> int:
    """Do what the file named on the command line says; tell of errors as the command does."""
    orders = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Orders)
    try:
        return drive(orders)
    except FarmError as error:
        sys.stderr.write(f"{error.code} {error.what}: {error.why}\n")
        return error.exit_status


if __name__ == "__main__":
    sys.exit(main())
