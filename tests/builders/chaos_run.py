"""A chaos run: drivers, one after the other, until one comes to the end of the stage, and what was seen of it then."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from builders.chaos_driver import Orders
from builders.chaos_stage import ChaosStage

from farm.clock import timestamp
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import run_subject
from farm.paths import StatePaths

TESTS = Path(__file__).parents[1]


@dataclass(kw_only=True)
class ChaosRun:
    """A state directory that a stage is built in, whatever is killed meanwhile.

    Attributes:
        logs: where drivers are told what to do and say what they did: not on the disk that is to fail.
        prefix: what a driver is run through, as `ip netns exec` is.
        environment: of the drivers.
        kills: how many processes, connections and machines were ended so far, by kind.
    """

    stage: ChaosStage
    state: StatePaths
    logs: Path
    environment: Mapping[str, str]
    address: str = ""
    prefix: Sequence[str] = ()
    lease_seconds: float = 60.0
    kills: dict[str, int] = field(default_factory=dict)
    drivers: int = 0

    def __post_init__(self) -> None:
        self.state.root.mkdir(parents=True, exist_ok=True)
        self.logs.mkdir(parents=True, exist_ok=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a driver in a session of its own; what it says goes to a file."""
        self.drivers += 1
        with self.log(self.drivers).open("wb") as log:
            return subprocess.Popen(
                [*self.prefix, *self.command()],
                env=driver_environment(self.environment),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def command(self) -> list[str]:
        """Return what drives one run."""
        orders = Orders(
            stage=str(self.stage.root),
            state=str(self.state.root),
            address=self.address,
            ledger_url=self.state.ledger_url,
            lease_seconds=self.lease_seconds,
        )
        file = self.logs / "orders.json"
        file.write_bytes(msgspec.json.encode(orders))
        return [sys.executable, "-m", "builders.chaos_driver", str(file)]

    def log(self, number: int) -> Path:
        return self.logs / f"driver-{number}.log"

    def said(self) -> str:
        """Return what all drivers have said."""
        texts = ((number, self.said_by(number)) for number in range(1, self.drivers + 1))
        return "\n".join(f"--- driver {number}\n{text}" for number, text in texts)

    def said_by(self, number: int) -> str:
        return self.log(number).read_text("utf-8", "replace")

    def expired(self) -> bool:
        """Tell whether the leases of the newest run have expired."""
        with self.ledger() as ledger:
            lease = ledger.lease_of(run_subject(ledger.runs()[0].run_id))
            return lease is not None and lease.expires < timestamp(ledger.clock.now())

    def count(self, what: str) -> bool:
        """Remember that something was struck."""
        self.kills[what] = self.kills.get(what, 0) + 1
        return True

    def kill_driver(self, driver: subprocess.Popen[bytes]) -> bool:
        if driver.poll() is not None:
            return False
        driver.send_signal(signal.SIGKILL)
        driver.wait()
        return self.count("driver")

    def kill(self, pid: int, what: str) -> bool:
        """Kill a process, where it is still there."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return self.count(what)

    def ledger(self) -> Ledger:
        return Ledger.open(self.state.ledger_address)


def driver_environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which processes of the farm find the tests' modules."""
    roots = [str(TESTS.parent), str(TESTS.parent / "repo-publish"), str(TESTS)]
    return {**inherited, "PYTHONPATH": ":".join(roots), "PYTHONUNBUFFERED": "1"}
