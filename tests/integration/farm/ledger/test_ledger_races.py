"""Many processes on one ledger at once, whichever database it lies in."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import TypeVar

import pytest
from builders.builds import build_result, digest

from farm.events import RolledBack
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject

pytestmark = pytest.mark.integration

PROCESSES = 8
EACH = 10
WRITERS = 4

FORK = multiprocessing.get_context("fork")
_start: Barrier

T = TypeVar("T")

ATTEMPT = build_subject(digest("curl"), "first")
"""What `build_result()` is recorded under."""


def set_up(barrier: Barrier) -> None:
    global _start  # noqa: PLW0603 - how a pool hands a barrier to its processes
    _start = barrier


def at_once(work: Callable[[str], T], address: str) -> list[T]:
    """Run the same work in all processes, from the same moment on."""
    barrier = FORK.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=FORK, initializer=set_up, initargs=(barrier,)) as pool:
        return list(pool.map(work, [address] * PROCESSES))


def open_and_append(address: str) -> list[int]:
    _start.wait()
    with Ledger.open(address) as ledger:
        return [ledger.append(None, RolledBack(snapshot=str(number))) for number in range(EACH)]


def open_and_lease(address: str) -> int | None:
    with Ledger.open(address) as ledger:
        _start.wait()
        lease = ledger.acquire(ATTEMPT, this_process(), 60)
        # All hold on until all have tried: a process that has ended would be taken over, and rightly so.
        _start.wait()
        if lease is None:
            return None
        ledger.record_result(lease, build_result(worker=str(os.getpid())))
        return lease.token


def test_all_make_the_ledger_and_no_event_is_lost(address: str) -> None:
    seqs = at_once(open_and_append, address)
    assert sorted(chain.from_iterable(seqs)) == list(range(1, PROCESSES * EACH + 1))
    with Ledger.open(address) as ledger:
        assert ledger.verify_chain() == PROCESSES * EACH


def test_a_lease_goes_to_one(address: str) -> None:
    Ledger.open(address).close()
    tokens = at_once(open_and_lease, address)
    assert sorted(token for token in tokens if token is not None) == [1]
    with Ledger.open(address) as ledger:
        assert len(ledger.results(digest("curl"))) == 1


def hold(address: str, ready: Barrier) -> None:
    ledger = Ledger.open(address)
    ledger.acquire(ATTEMPT, this_process(), 3600)
    ready.wait()
    signal.pause()


def test_the_lease_of_a_killed_process_is_taken_over_at_once(address: str) -> None:
    ready = FORK.Barrier(2)
    holder = FORK.Process(target=hold, args=(address, ready))
    holder.start()
    ready.wait()
    with Ledger.open(address) as ledger:
        lost = ledger.lease_of(ATTEMPT)
        assert lost is not None
        assert ledger.acquire(ATTEMPT, this_process(), 60) is None
        holder.kill()
        holder.join()
        lease = ledger.acquire(ATTEMPT, this_process(), 60)
        assert lease is not None
        assert lease.token == lost.token + 1
        with pytest.raises(StaleLeaseError):
            ledger.record_result(lost, build_result())
    holder.close()


def write_until_killed(address: str, ready: Barrier) -> None:
    with Ledger.open(address) as ledger:
        for number in range(100_000):
            if number == EACH:
                ready.wait()
            ledger.append(None, RolledBack(snapshot=str(number)))


def test_a_writer_killed_at_any_moment_leaves_a_whole_chain(address: str) -> None:
    ready = FORK.Barrier(2)
    writer = FORK.Process(target=write_until_killed, args=(address, ready))
    writer.start()
    ready.wait()
    with Ledger.open(address) as ledger:
        before = len(ledger.events())
        writer.kill()
        writer.join()
        count = ledger.verify_chain()
        assert count >= before >= EACH
        assert ledger.append(None, RolledBack(snapshot="next")) == count + 1
    writer.close()


def append_in_child(ledger: Ledger) -> None:
    ledger.append(None, RolledBack(snapshot="child"))


def test_a_forked_child_opens_a_connection_of_its_own(address: str) -> None:
    with Ledger.open(address) as ledger:
        ledger.append(None, RolledBack(snapshot="parent"))
        child = FORK.Process(target=append_in_child, args=(ledger,))
        child.start()
        child.join()
        assert child.exitcode == 0
        ledger.append(None, RolledBack(snapshot="parent"))
        assert ledger.verify_chain() == 3


def follow(address: str, ready: Barrier, told: Connection) -> None:
    """Read on from a cursor until all is there, and tell every number in the order in which it was seen."""
    seen: list[int] = []
    with Ledger.open(address) as ledger:
        ready.wait()
        while len(seen) < WRITERS * EACH:
            seen += [stored.seq for stored in ledger.events(after=seen[-1] if seen else 0)]
    told.send(seen)


def append_in_transactions(address: str, ready: Barrier) -> None:
    """Append two events at a time, with work between them: others could commit theirs in between."""
    with Ledger.open(address) as ledger:
        ready.wait()
        for number in range(EACH // 2):
            with ledger.transaction():
                ledger.append(None, RolledBack(snapshot=f"{number}a"))
                ledger.lease_of("s")
                ledger.append(None, RolledBack(snapshot=f"{number}b"))


def test_a_reader_that_follows_sees_every_event_once_and_in_order(address: str) -> None:
    Ledger.open(address).close()
    ready = FORK.Barrier(WRITERS + 1)
    here, there = FORK.Pipe(duplex=False)
    children = [FORK.Process(target=append_in_transactions, args=(address, ready)) for _ in range(WRITERS)]
    children.append(FORK.Process(target=follow, args=(address, ready, there)))
    for child in children:
        child.start()
    assert here.recv() == list(range(1, WRITERS * EACH + 1))
    for child in children:
        child.join()
        assert child.exitcode == 0
    with Ledger.open(address) as ledger:
        pairs = [stored.event.snapshot for stored in ledger.events() if isinstance(stored.event, RolledBack)]
    assert all(one[:-1] == other[:-1] for one, other in zip(pairs[::2], pairs[1::2], strict=True))


def drive(address: str, ready: Barrier, number: int) -> None:
    """Work like a driver, over and over: lease, record under the lease, tell, give back."""
    with Ledger.open(address) as ledger:
        run_id = ledger.begin_run("p", "", "build")
        ready.wait()
        for turn in range(100_000):
            lease = ledger.acquire(ATTEMPT, this_process(), 60)
            if lease is None:
                continue
            with ledger.transaction():
                ledger.record_result(lease, build_result(worker=f"{number}.{turn}"))
                ledger.append(run_id, RolledBack(snapshot=f"{number}.{turn}"))
            ledger.release(lease)


@pytest.mark.parametrize("seed", [1, 2])
def test_drivers_killed_at_random_leave_results_and_events_in_step(address: str, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a test's dice, the same each time
    ready = FORK.Barrier(WRITERS + 1)
    drivers = [FORK.Process(target=drive, args=(address, ready, number)) for number in range(WRITERS)]
    with Ledger.open(address) as ledger:
        for driver in drivers:
            driver.start()
        ready.wait()
        for driver in drivers:
            at = len(ledger.events()) + chance.randrange(3, 12)
            while len(ledger.events()) < at:
                assert driver.exitcode is None
            driver.kill()
            driver.join()
        told = [stored.event.snapshot for stored in ledger.events() if isinstance(stored.event, RolledBack)]
        assert [result.worker for result in ledger.results(digest("curl"))] == told
        assert ledger.verify_chain() == len(told) + WRITERS
        assert ledger.acquire(ATTEMPT, this_process(), 60) is not None
