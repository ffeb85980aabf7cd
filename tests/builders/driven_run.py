"""A run as the ledger knows it while a driver drives it."""

from farm.clock import SystemClock
from farm.events import NodePlanned
from farm.ledger.ledger import Ledger
from scheduler.leases import BuildLeases

COMPONENTS = ("curl", "libcurl-doc", "zlib")


def begin_driven_run(ledger: Ledger) -> str:
    """Begin a run of a few components, whose driver is this process, and return its id."""
    run_id = ledger.begin_run("p", "", "build")
    BuildLeases(ledger, SystemClock()).take_run(run_id)
    for component in COMPONENTS:
        ledger.append(run_id, NodePlanned(component=component, arch="x86_64", reasons=()))
    return run_id
