"""Kill -9 at random moments, again and again: what is built, recorded and published is that of an undisturbed run.

    FARM_TEST_LONG=1 pytest -s tests/chaos/test_random_kills.py        hundreds of kills, half an hour
    FARM_CHAOS_SEED=N ... pytest ...                                   the same random once more

What is random is when, and what is hit; how far the farm is by then is the machine's own.
"""

import sys
from collections import Counter
from collections.abc import Sequence

import pytest
from builders.chaos_arena import Arena
from builders.chaos_seed import LONG, chance
from builders.chaos_strikes import Blows, Striker
from builders.postgresql import PostgresqlServer

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if LONG else 300)]


def strike_runs(
    arena: Arena,
    names: Sequence[str],
    *,
    kills: int,
    at_once: int,
    pause: tuple[float, float],
    server: PostgresqlServer | None = None,
) -> None:
    """Build stage after stage under blows of these kinds, until so many things were killed; look at each."""
    luck = chance(f"{' '.join(names)} {'postgresql' if server else 'sqlite'}")
    total: Counter[str] = Counter()
    while total.total() < kills:
        run = arena.new_run(ledger_url=server.new_database() if server else "")
        blows = Blows(run=run, chance=luck, cluster=arena.cluster, server=server)
        kinds = [getattr(blows, name) for name in names]
        most = min(at_once, kills - total.total())
        arena.build_through(run, Striker(chance=luck, blows=kinds, most=most, pause=pause))
        arena.check(run)
        total.update(run.kills)
        sys.stdout.write(f"{run.drivers} drivers, killed {run.kills}, {total.total()} of {kills}\n")


def test_a_few_of_everything(arena: Arena, postgresql: PostgresqlServer) -> None:
    names = ("driver", "build", "build", "connections", "connections", "database", "node")
    strike_runs(arena, names, kills=8, at_once=8, pause=(0.8, 3.0), server=postgresql)


long = pytest.mark.skipif(not LONG, reason="hundreds of kills: FARM_TEST_LONG=1")


@long
@pytest.mark.parametrize(
    ("names", "kills", "at_once", "pause"),
    [
        (("driver",), 80, 8, (0.5, 9.0)),
        (("build",), 100, 14, (0.05, 0.6)),
        (("raylet", "node"), 24, 4, (1.0, 5.0)),
        (("head",), 10, 2, (1.0, 8.0)),
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
