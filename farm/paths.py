"""Where things lie below the state directory and the cache directory."""

from dataclasses import dataclass, field
from pathlib import Path

LEDGER_VARIABLE = "FARM_LEDGER"
"""Environment variable with the ledger's URL: unlike an argument, other users of the machine cannot read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePaths:
    """Layout of a state directory: what must not be lost.

    Attributes:
        ledger_url: where the ledger is if not in the state directory; it may hold a password.
    """

    root: Path
    ledger_url: str = field(default="", repr=False)

    @property
    def ledger(self) -> Path:
        """SQLite file of the ledger, where it is in the state directory."""
        return self.root / "ledger.sqlite"

    @property
    def ledger_address(self) -> Path | str:
        """Where the ledger is, for `Ledger.open`."""
        return self.ledger_url or self.ledger

    @property
    def store(self) -> Path:
        """Artifact store: blobs and records."""
        return self.root / "store"

    @property
    def signer(self) -> Path:
        """Home of the signer process: keys, socket, public key. Only the signer reads it."""
        return self.root / "signer"

    @property
    def public_key(self) -> Path:
        """Armoured public key that clients import."""
        return self.root / "signer-public" / "RPM-GPG-KEY-farm"

    @property
    def repositories(self) -> Path:
        """`repo`: a link to the published snapshot; below it `<channel>/<arch>/`."""
        return self.root / "repo"

    @property
    def snapshots(self) -> Path:
        """Immutable published states, one directory each."""
        return self.root / "snapshots"

    def live_log(self, build_id: str, variation: str) -> Path:
        """Log of a build that runs now; it becomes a blob when the build ends."""
        return self.root / "live" / f"{build_id}.{variation}.log"

    def cancel_mark(self, name: str) -> Path:
        """File whose appearance tells a worker to give up the attempt of that name."""
        return self.root / "live" / f"{name}.cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePaths:
    """Layout of a cache directory: safe to delete any time."""

    root: Path

    @property
    def dist_git(self) -> Path:
        """Mirrors of dist-git repositories."""
        return self.root / "dist-git"

    @property
    def projects(self) -> Path:
        """Loaded projects, by where they were read from."""
        return self.root / "projects"

    @property
    def lookaside(self) -> Path:
        """Verified source files, by digest."""
        return self.root / "lookaside"

    @property
    def layers(self) -> Path:
        """Read-only buildroot layers, by identity."""
        return self.root / "layers"

    @property
    def seed(self) -> Path:
        """Downloads, converted packages and tool roots of the seed."""
        return self.root / "seed"

    @property
    def spec_readings(self) -> Path:
        """What specs say, by content."""
        return self.root / "spec-readings"

    @property
    def plans(self) -> Path:
        """What plans found that follows from content alone."""
        return self.root / "plans"

    @property
    def scratch(self) -> Path:
        """Working directories of running steps."""
        return self.root / "scratch"
