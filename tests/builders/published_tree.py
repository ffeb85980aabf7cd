"""Publishes what a chaos run has built, with one key and one clock for all: trees can be compared byte by byte."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from builders.chaos_stage import ChaosStage
from builders.farm_state import base_channel

from farm.clock import SystemClock
from farm.digest import digest_file
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths
from farm.process import BASE_ENVIRONMENT
from farm.store.directory_store import DirectoryStore
from repo_publish.candidates import _candidate
from repo_publish.compose import compose
from repo_publish.publish import Publisher
from repo_publish.signer.paths import SignerPaths
from repo_publish.signer.private_directory import make_private
from repo_publish.signer.server import connect

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

_ROOT = Path(__file__).parents[2]
_SIGNER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from farm.clock import SystemClock
from farm.paths import StatePaths
from repo_publish.signer import process

class Noon(SystemClock):
    def now(self):
        return datetime.fromisoformat(sys.argv[3])

process.SystemClock = Noon
project = Path(sys.argv[4]) if sys.argv[4:] else None
process.run_signer(StatePaths(root=Path(sys.argv[1]), ledger_url=sys.argv[2]), project)
"""


class Noon(SystemClock):
    """A clock whose date and time stand still."""

    def now(self) -> datetime:
        return NOON


@dataclass(frozen=True, kw_only=True)
class QuietTree:
    """What an undisturbed run published: each file's digest by path, and the state directory that has the key."""

    files: Mapping[str, str]
    state: StatePaths


def publish(
    stage: ChaosStage, ledger: Ledger, state: StatePaths, *, key_of: StatePaths | None = None
) -> dict[str, str]:
    """Publish all that was built and return the digest of each published file, by path.

    Args:
        key_of: the state directory whose key signs; a new key where None.
    """
    if key_of is not None:
        copy_key(key_of, state)
    store = DirectoryStore(state.store)
    candidates = [
        _candidate(node.component, node.arch, ledger.last_outcome(node.component, node.arch), ledger, store)
        for node in stage.nodes
    ]
    composed = compose(candidates, channel_of=base_channel, waivers=[], today=date(2030, 1, 1))
    assert composed.refused == ()
    publisher = Publisher(
        state=state,
        store=store,
        ledger=ledger,
        clock=Noon(),
        project="chaos",
        project_root=None,
        base_url="https://repo.example",
    )
    with signer_at_noon(state):
        publisher.publish(composed)
    return digests_below(state.repositories.resolve())


def copy_key(key_of: StatePaths, state: StatePaths) -> None:
    """Let a state directory sign with the key of another one."""
    make_private(state.signer)
    shutil.copytree(key_of.signer / "gnupg", state.signer / "gnupg", ignore=shutil.ignore_patterns("S.*"))
    shutil.copytree(key_of.public_key.parent, state.public_key.parent)


def digests_below(root: Path) -> dict[str, str]:
    """Return the digest of each file, by path below the root."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): digest_file(path) for path in files}


@contextmanager
def signer_at_noon(state: StatePaths, project: Path | None = None) -> Iterator[None]:
    """Run a signer whose clock stands still.

    Args:
        project: where it reads waivers.
    """
    make_private(state.signer)
    socket = SignerPaths.of(state).socket
    environment = {**BASE_ENVIRONMENT, "PYTHONPATH": f"{_ROOT}:{_ROOT / 'repo-publish'}"}
    argv = [sys.executable, "-c", _SIGNER, str(state.root), state.ledger_url, NOON.isoformat()]
    argv += [str(project)] if project is not None else []
    process = subprocess.Popen(argv, env=environment)
    try:
        deadline = time.monotonic() + 60
        while (connection := connect(socket)) is None:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        connection.close()
        yield
    finally:
        process.terminate()
        process.wait(30)
