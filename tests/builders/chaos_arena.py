"""Where chaos runs happen, each in a state directory of its own, and what all of them must end in."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from builders.chaos_cluster import ChaosCluster
from builders.chaos_run import ChaosRun
from builders.chaos_stage import ChaosStage
from builders.published_tree import publish
from builders.run_invariants import check_run

from farm.clock import SystemClock
from farm.paths import StatePaths

Strike = Callable[[subprocess.Popen[bytes]], float]
"""Kills something while a driver runs, and returns the seconds until it wants to again."""

MOST_DRIVERS = 60
"""So many drivers for one stage would mean that it does not get on."""

BOUND_SECONDS = 240.0
"""So long a driver may take for the stage, with all that is killed under it."""


@dataclass(kw_only=True)
class Arena:
    """A cluster, and what an undisturbed run on it published.

    Attributes:
        disk: a small file system that all nodes see: it was there before their namespaces.
        quiet: digest of each published file, by path.
        key_of: the state directory whose key signs.
    """

    root: Path
    stage: ChaosStage
    cluster: ChaosCluster
    disk: Path
    quiet: dict[str, str] = field(default_factory=dict)
    key_of: StatePaths | None = None
    runs: int = 0

    def new_run(self, *, ledger_url: str = "", lease_seconds: float = 60.0, place: Path | None = None) -> ChaosRun:
        self.runs += 1
        return ChaosRun(
            stage=self.stage,
            state=StatePaths(root=(place or self.root) / f"run-{self.runs}", ledger_url=ledger_url),
            logs=self.root / f"logs-{self.runs}",
            environment=self.cluster.environment,
            address=self.cluster.address,
            prefix=self.cluster.within("head"),
            lease_seconds=lease_seconds,
        )

    def build_quietly(self) -> None:
        """Build and publish once without any trouble: what all others are compared with."""
        run = self.new_run()
        driver = run.start()
        assert driver.wait(BOUND_SECONDS) == 0, run.said()
        with run.ledger() as ledger:
            check_run(ledger, run.state, self.stage.nodes)
            self.quiet = publish(self.stage, ledger, run.state)
        self.key_of = run.state

    def build_through(self, run: ChaosRun, strike: Strike) -> None:
        """Start drivers until one comes to the end, and strike while they run.

        A driver may be killed, or end because infrastructure failed (8), and never otherwise.
        """
        clock = SystemClock()
        for _ in range(MOST_DRIVERS):
            self.cluster.mend()
            driver = run.start()
            end = clock.monotonic() + BOUND_SECONDS
            try:
                while driver.poll() is None:
                    assert clock.monotonic() < end, f"the driver hangs\n{run.said()}"
                    with suppress(subprocess.TimeoutExpired):
                        driver.wait(min(strike(driver), BOUND_SECONDS))
            finally:
                driver.kill()
            if driver.returncode == 0:
                return
            assert driver.returncode in {8, -9}, run.said()
        raise AssertionError(f"{MOST_DRIVERS} drivers did not build the stage\n{run.said()}")

    def check(self, run: ChaosRun) -> None:
        """Look for everything that must hold after a run, and compare what it publishes with the quiet run."""
        assert "Traceback" not in run.said(), run.said()
        with run.ledger() as ledger:
            check_run(ledger, run.state, self.stage.nodes)
            assert publish(self.stage, ledger, run.state, key_of=self.key_of) == self.quiet
            ledger.verify_chain()
