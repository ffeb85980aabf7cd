"""The signer as a process: opens its key, its own view of ledger and store, and its socket."""

import signal
from pathlib import Path
from types import FrameType

from farm.clock import SystemClock
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths
from farm.store.directory_store import DirectoryStore
from repo_publish.authority import Authority, waivers_of
from repo_publish.signer.journal import Journal
from repo_publish.signer.keyring import Keyring
from repo_publish.signer.paths import SignerPaths
from repo_publish.signer.private_directory import make_private
from repo_publish.signer.server import listening, serve, sole_signer
from repo_publish.signer.service import SignerService


def run_signer(state: StatePaths, project: Path | None, *, until_closed: int | None = None) -> None:
    """Serve until terminated, or until the other end of a descriptor is closed.

    Args:
        project: directory of the project whose waivers hold; without one, none do.

    Raises:
        FarmError: the key, the ledger or the store cannot be used, or another signer runs already.
    """
    signal.signal(signal.SIGTERM, _end)
    paths = SignerPaths.of(state)
    clock = SystemClock()
    make_private(paths.root)
    with (
        sole_signer(paths),
        Keyring.open(paths.gnupg, state.public_key) as keyring,
        Ledger.open(state.ledger_address) as ledger,
        listening(paths.socket) as listener,
    ):
        store = DirectoryStore(state.store)
        service = SignerService(
            keyring=keyring,
            authority=Authority(ledger=ledger, store=store, waivers=lambda: waivers_of(project), clock=clock),
            journal=Journal(paths.journal),
            store=store,
            scratch=paths.scratch,
            clock=clock,
        )
        serve(listener, service.answer, until_closed=until_closed)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Leave through all clean-up: the socket goes, and gpg-agent ends."""
    raise SystemExit(0)
