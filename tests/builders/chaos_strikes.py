"""What is struck in a chaos run, and when: each a function that kills one thing of its kind, at random moments."""

import random
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from builders.chaos_cluster import WORKERS, ChaosCluster
from builders.chaos_run import ChaosRun
from builders.postgresql import PostgresqlServer
from builders.small_disk import drain, fill
from builders.store_faults import StoreFaults, set_faults

from farm.clock import SystemClock

QUIET = 3600.0
"""Seconds until the next strike where there is none."""

Blow = Callable[[subprocess.Popen[bytes]], bool]
"""Strikes, and tells whether there was something to strike."""


@dataclass(kw_only=True)
class Striker:
    """Gives blows of these kinds, at most so many, so that a run comes to its end.

    Attributes:
        pause: shortest and longest time between two blows, and before the first under a driver.
    """

    chance: random.Random
    blows: Sequence[Blow]
    most: int
    pause: tuple[float, float]
    driver: int = 0
    given: int = 0

    def __call__(self, driver: subprocess.Popen[bytes]) -> float:
        """Strike, unless this driver has only just begun."""
        if self.given >= self.most:
            return QUIET
        if self.driver == driver.pid:
            self.given += self.chance.choice(self.blows)(driver)
        self.driver = driver.pid
        return self.chance.uniform(*self.pause)


@dataclass(kw_only=True)
class Blows:
    """What can be done to one run."""

    run: ChaosRun
    chance: random.Random
    cluster: ChaosCluster
    server: PostgresqlServer | None = None
    builds: dict[str, int] = field(default_factory=dict)

    def driver(self, driver: subprocess.Popen[bytes]) -> bool:
        return self.run.kill_driver(driver)

    def build(self, _driver: subprocess.Popen[bytes]) -> bool:
        return self.cluster.kill_build(self.run, self.chance, self.builds)

    def raylet(self, _driver: subprocess.Popen[bytes]) -> bool:
        struck = self.cluster.kill_raylet(self.chance.choice(WORKERS), self.run)
        self.cluster.mend_workers()
        return struck

    def node(self, _driver: subprocess.Popen[bytes]) -> bool:
        struck = self.cluster.kill_node(self.chance.choice(WORKERS), self.run)
        self.cluster.mend_workers()
        return struck

    def head(self, _driver: subprocess.Popen[bytes]) -> bool:
        return self.cluster.kill_head(self.run)

    def store(self, _driver: subprocess.Popen[bytes]) -> bool:
        """Have every so many-th access to the store fail for a moment, or all be slow."""
        faults = self.chance.choice([StoreFaults(one_of=4), StoreFaults(one_of=25), StoreFaults(slow_seconds=0.05)])
        set_faults(self.run.state.root, faults)
        SystemClock().sleep(self.chance.uniform(0.2, 1.5))
        set_faults(self.run.state.root, StoreFaults())
        return self.run.count("store")

    def disk(self, _driver: subprocess.Popen[bytes]) -> bool:
        """Leave the disk without a byte for a moment."""
        disk = self.run.state.root.parent
        fill(disk)
        SystemClock().sleep(self.chance.uniform(0.2, 2.0))
        drain(disk)
        return self.run.count("full disk")

    def connections(self, _driver: subprocess.Popen[bytes]) -> bool:
        assert self.server is not None
        self.server.drop_connections(self.run.state.ledger_url.partition("?")[0].rpartition("/")[2])
        return self.run.count("database connection")

    def database(self, _driver: subprocess.Popen[bytes]) -> bool:
        assert self.server is not None
        self.server.crash()
        self.server.start()
        return self.run.count("database server")
