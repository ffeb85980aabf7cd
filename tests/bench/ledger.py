"""What the ledger costs, on SQLite and on PostgreSQL side by side, and what a driver reads when it starts again.

    PYTHONPATH=tests .venv/bin/python tests/bench/ledger.py

Both databases are durable (fsync on) and on the same disk. Rates are of one run and compare with each other only.
"""

import multiprocessing
import sys
from collections.abc import Callable
from itertools import count
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.builds import digest, verdict
from builders.postgresql import postgresql_server
from sqlalchemy import Connection, insert

from farm.canonical import encode
from farm.clock import SystemClock, timestamp
from farm.digest import Digest
from farm.events import NodeChanged, RunStatus
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.tables import outcome_table, verdict_table
from farm.ledger.values import NodeOutcome
from farm.states import NodeState

SECONDS = 1.5
DRIVERS = 4
NODES = 20_000

CLOCK = SystemClock()


def main() -> None:
    """Measure both, and print a table."""
    with TemporaryDirectory(prefix="farm-bench-") as top, postgresql_server() as server:
        addresses = {"sqlite": str(Path(top) / "ledger.sqlite"), "postgresql": server.new_schema()}
        columns = {name: measure(address) for name, address in addresses.items()}
    sys.stdout.write(f"{'':44}{''.join(f'{name:>14}' for name in columns)}\n")
    for what in columns["sqlite"]:
        sys.stdout.write(f"{what:44}{''.join(f'{column[what]:14.2f}' for column in columns.values())}\n")


def measure(address: str) -> dict[str, float]:
    """Return figures by what they are of."""
    with Ledger.open(address) as ledger:
        found = {
            "appends/s": rate(appending(ledger)),
            "appends/s, 50 in a transaction": 50 * rate(appending(ledger, at_once=50)),
            "lease cycles/s (take, renew, give back)": rate(leasing(ledger)),
        }
    found[f"appends/s, {DRIVERS} processes together"] = together(address)
    with Ledger.open(address) as ledger:
        finish_nodes(ledger)
    found |= restart(address)
    return found


def appending(ledger: Ledger, at_once: int = 1) -> Callable[[], None]:
    run_id = ledger.begin_run("p", "", "bench")
    event = NodeChanged(component="curl", arch="x86_64", state=NodeState.QUEUED, why="no slot")

    def work() -> None:
        with ledger.transaction():
            for _ in range(at_once):
                ledger.append(run_id, event)

    return work


def leasing(ledger: Ledger) -> Callable[[], None]:
    holder, numbers = this_process(), count()

    def work() -> None:
        lease = ledger.acquire(build_subject(digest(str(next(numbers)))), holder, 60)
        if lease is not None:
            ledger.release(ledger.renew(lease))

    return work


def together(address: str) -> float:
    context = multiprocessing.get_context("fork")
    ready, rates = context.Barrier(DRIVERS), context.Queue()

    def drive(ready: Barrier) -> None:
        with Ledger.open(address) as ledger:
            work = appending(ledger)
            ready.wait()
            rates.put(rate(work))

    drivers = [context.Process(target=drive, args=(ready,)) for _ in range(DRIVERS)]
    for driver in drivers:
        driver.start()
    total: float = sum(rates.get() for _ in drivers)
    for driver in drivers:
        driver.join()
    return total


def finish_nodes(ledger: Ledger) -> None:
    """Record what a run of many nodes leaves to be read again: an outcome and a verdict each, all at once."""
    run_id, now = ledger.begin_run("p", "", "bench"), timestamp(CLOCK.now())
    judged = [verdict(str(number)) for number in range(NODES)]
    verdicts = [
        {"build_id": each.build_id, "digest": each.build_id, "token": 1, "recorded": now, "body": encode(each).decode()}
        for each in judged
    ]
    ended = [outcome(number, each.build_id) for number, each in enumerate(judged)]
    outcomes = [
        {
            "run_id": run_id,
            "component": each.component,
            "arch": each.arch,
            "state": each.state.value,
            "recorded": now,
            "body": encode(each).decode(),
        }
        for each in ended
    ]

    def write(connection: Connection) -> None:
        connection.execute(insert(verdict_table), verdicts)
        connection.execute(insert(outcome_table), outcomes)

    ledger._database.write(write)
    ledger.end_run(run_id, RunStatus.INTERRUPTED)


def outcome(number: int, build_id: Digest) -> NodeOutcome:
    state = NodeState.REPRODUCIBLE
    return NodeOutcome(
        component=f"component-{number}", arch="x86_64", state=state, build_id=build_id, why="", seconds=1.0
    )


def restart(address: str) -> dict[str, float]:
    """Read what a driver must know before it begins: once in two questions, once node by node."""
    began = CLOCK.monotonic()
    with Ledger.open(address) as ledger:
        opened = CLOCK.monotonic()
        good = ledger.last_outcomes([NodeState.REPRODUCIBLE])
        judged = ledger.verdicts([outcome.build_id for outcome in good if outcome.build_id is not None])
        at_once = CLOCK.monotonic() - opened
        if len(judged) != NODES:
            sys.exit(f"{len(judged)} verdicts of {NODES} were read")
        some = good[:: NODES // 200]
        one_by_one = seconds(lambda: [ledger.last_good(each.component, each.arch) for each in some])
        judging = seconds(lambda: [ledger.verdict(each.build_id) for each in some if each.build_id is not None])
        return {
            "opening, ms": 1000 * (opened - began),
            f"restart: {NODES} outcomes and verdicts, s": at_once,
            "  the same node by node, s (from 200)": (one_by_one + judging) * NODES / len(some),
            "checking the whole chain, s": seconds(ledger.verify_chain),
        }


def rate(work: Callable[[], None]) -> float:
    """Return how often work is done in a second."""
    began, done = CLOCK.monotonic(), 0
    while CLOCK.monotonic() - began < SECONDS:
        work()
        done += 1
    return done / (CLOCK.monotonic() - began)


def seconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    began = CLOCK.monotonic()
    work()
    return CLOCK.monotonic() - began


if __name__ == "__main__":
    main()
