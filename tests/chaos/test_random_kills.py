"""Kill -9 at random moments, again and again: what is built, recorded and published is that of an undisturbed run.

    FARM_TEST_LONG=1 pytest -s tests/chaos/test_random_kills.py        hundreds of kills, half an hour
    FARM_CHAOS_SEED=N ... pytest ...                                   the same random once more

What is random is when, and what is hit; how far the farm is by then is the machine's own.
"""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from builders.chaos_arena import BOUND_SECONDS, Arena
from builders.chaos_run import ChaosRun
from builders.chaos_seed import LONG, chance
from builders.chaos_strikes import Blows, Striker
from builders.postgresql import PostgresqlServer
from builders.ray_cluster import wait_for

from farm.clock import SystemClock

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 300)]


def strike_runs(
    arena: Arena,
    names: Sequence[str],
    *,
    kills: int,
    at_once: int,
    pause: tuple[float, float],
    server: PostgresqlServer | None = None,
    place: Path | None = None,
) -> None:
    """Build stage after stage under blows of these kinds, until so many things were killed; look at each."""
    luck = chance(f"{' '.join(names)} {'postgresql' if server else 'sqlite'}")
    total: Counter[str] = Counter()
    while total.total() < kills:
        run = arena.new_run(ledger_url=server.new_database() if server else "", place=place)
        blows = Blows(run=run, chance=luck, cluster=arena.cluster, server=server)
        kinds = [getattr(blows, name) for name in names]
        most = min(at_once, kills - total.total())
        arena.build_through(run, Striker(chance=luck, blows=kinds, most=most, pause=pause))
        arena.check(run)
        total.update(run.kills)
        sys.stdout.write(f"{run.drivers} drivers, killed {run.kills}, {total.total()} of {kills}\n")


def test_a_few_of_everything(arena: Arena, postgresql: PostgresqlServer) -> None:
    names = ("driver", "build", "build", "connections", "connections", "database", "node", "store")
    strike_runs(arena, names, kills=6, at_once=6, pause=(0.5, 2.0), server=postgresql)


long = pytest.mark.skipif(not LONG, reason="hundreds of kills: FARM_TEST_LONG=1")


def begun_by_another(run: ChaosRun) -> subprocess.Popen[bytes]:
    """Start a driver that gets on; one that meets the late one's transaction ends (8), and is started again."""
    while True:
        other = run.start()
        number = run.drivers
        wait_for(lambda: "building" in run.said_by(number) or other.poll() is not None, 120, what="it builds")  # noqa: B023 - called within the turn
        if other.poll() in (None, 0):
            return other
        assert other.returncode == 8, run.said()
        assert number < 5, run.said()


@long
def test_late_results_of_a_driver_that_was_taken_for_dead(arena: Arena, postgresql: PostgresqlServer) -> None:
    """One that stood still for longer than its leases last: another has taken over when it comes to itself.

    The ledger is on a server, which throws out who stands still within a transaction; SQLite's lock would wait for it.
    """
    luck = chance("late results")
    for _ in range(12):
        run = arena.new_run(ledger_url=postgresql.new_database(), lease_seconds=3.0)
        late = run.start()
        begin = luck.randrange(1, 10)
        wait_for(lambda: run.said().count("succeeded") >= begin, 120, what=f"{begin} builds succeeded")  # noqa: B023 - called within the turn
        late.send_signal(signal.SIGSTOP)
        wait_for(lambda: run.expired(), 30, what="its leases expire")  # noqa: B023, PLW0108 - as above
        other = begun_by_another(run)
        # Ray gives the slots of who stands still to nobody else, so it has to come to itself for the other to go on.
        SystemClock().sleep(luck.uniform(0.0, 3.0))
        late.send_signal(signal.SIGCONT)
        assert other.wait(BOUND_SECONDS) == 0, run.said()
        assert late.wait(BOUND_SECONDS) == 8, run.said()
        assert "was taken for dead" in run.said_by(1) or "LED" in run.said_by(1), run.said()
        arena.check(run)


@long
@pytest.mark.parametrize(
    ("names", "kills", "at_once", "pause"),
    [
        (("driver",), 80, 8, (0.5, 9.0)),
        (("build",), 100, 14, (0.05, 0.6)),
        (("raylet", "node"), 24, 4, (1.0, 5.0)),
        (("head",), 10, 2, (1.0, 8.0)),
        (("store",), 30, 6, (0.1, 1.5)),
        (("driver", "build", "build", "raylet", "node"), 60, 10, (0.3, 5.0)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) and isinstance(value[0], str) else "",
)
def test_many(arena: Arena, names: tuple[str, ...], kills: int, at_once: int, pause: tuple[float, float]) -> None:
    strike_runs(arena, names, kills=kills, at_once=at_once, pause=pause)


@long
@pytest.mark.parametrize(
    ("names", "kills", "at_once", "pause"),
    [
        (("connections",), 120, 20, (0.05, 0.6)),
        (("database",), 20, 5, (0.3, 3.0)),
        (("driver", "build", "connections", "database", "node"), 60, 10, (0.3, 4.0)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) and isinstance(value[0], str) else "",
)
def test_many_on_a_database_server(
    arena: Arena,
    postgresql: PostgresqlServer,
    names: tuple[str, ...],
    kills: int,
    at_once: int,
    pause: tuple[float, float],
) -> None:
    strike_runs(arena, names, kills=kills, at_once=at_once, pause=pause, server=postgresql)


@long
def test_a_disk_that_is_full_now_and_then(arena: Arena) -> None:
    """Ledger and store are on it, and nothing else is."""
    strike_runs(arena, ("disk",), kills=20, at_once=5, pause=(0.3, 3.0), place=arena.disk)
