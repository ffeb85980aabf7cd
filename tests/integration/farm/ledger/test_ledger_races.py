"""Many processes on one ledger at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing.synchronize import Barrier
from pathlib import Path
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

FORK = multiprocessing.get_context("fork")
_start: Barrier

T = TypeVar("T")

ATTEMPT = build_subject(digest("curl"), "first")
"""What `build_result()` is recorded under."""


def set_up(barrier: Barrier) -> None:
    global _start  # noqa: PLW0603 - how a pool hands a barrier to its processes
    _start = barrier


def at_once(work: Callable[[Path], T], path: Path) -> list[T]:
    """Run the same work in all processes, from the same moment on."""
    barrier = FORK.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=FORK, initializer=set_up, initargs=(barrier,)) as pool:
        return list(pool.map(work, [path] * PROCESSES))


def open_and_append(path: Path) -> list[int]:
    _start.wait()
    with Ledger.open(path) as ledger:
        return [ledger.append(None, RolledBack(snapshot=str(number))) for number in range(EACH)]


def open_and_lease(path: Path) -> int | None:
    with Ledger.open(path) as ledger:
        _start.wait()
        lease = ledger.acquire(ATTEMPT, this_process(), 60)
        # All hold on until all have tried: a process that has ended would be taken over, and rightly so.
        _start.wait()
        if lease is None:
            return None
        ledger.record_result(lease, build_result(worker=str(os.getpid())))
        return lease.token


def test_all_make_the_ledger_and_no_event_is_lost(tmp_path: Path) -> None:
    seqs = at_once(open_and_append, tmp_path / "ledger.sqlite")
    assert sorted(chain.from_iterable(seqs)) == list(range(1, PROCESSES * EACH + 1))
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.verify_chain() == PROCESSES * EACH


def test_a_lease_goes_to_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path).close()
    tokens = at_once(open_and_lease, path)
    assert sorted(token for token in tokens if token is not None) == [1]
    with Ledger.open(path) as ledger:
        assert len(ledger.results(digest("curl"))) == 1


def hold(path: Path, ready: Barrier) -> None:
    ledger = Ledger.open(path)
    ledger.acquire(ATTEMPT, this_process(), 3600)
    ready.wait()
    signal.pause()


def test_the_lease_of_a_killed_process_is_taken_over_at_once(tmp_path: Path) -> None:
    path, ready = tmp_path / "ledger.sqlite", FORK.Barrier(2)
    holder = FORK.Process(target=hold, args=(path, ready))
    holder.start()
    ready.wait()
    with Ledger.open(path) as ledger:
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


def write_until_killed(path: Path, ready: Barrier) -> None:
    with Ledger.open(path) as ledger:
        for number in range(100_000):
            if number == EACH:
                ready.wait()
            ledger.append(None, RolledBack(snapshot=str(number)))


def test_a_writer_killed_at_any_moment_leaves_a_whole_chain(tmp_path: Path) -> None:
    path, ready = tmp_path / "ledger.sqlite", FORK.Barrier(2)
    writer = FORK.Process(target=write_until_killed, args=(path, ready))
    writer.start()
    ready.wait()
    with Ledger.open(path) as ledger:
        before = len(ledger.events())
        writer.kill()
        writer.join()
        count = ledger.verify_chain()
        assert count >= before >= EACH
        assert ledger.append(None, RolledBack(snapshot="next")) == count + 1
    writer.close()


def append_in_child(ledger: Ledger) -> None:
    ledger.append(None, RolledBack(snapshot="child"))


def test_a_forked_child_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ledger.append(None, RolledBack(snapshot="parent"))
        child = FORK.Process(target=append_in_child, args=(ledger,))
        child.start()
        child.join()
        assert child.exitcode == 0
        ledger.append(None, RolledBack(snapshot="parent"))
        assert ledger.verify_chain() == 3
