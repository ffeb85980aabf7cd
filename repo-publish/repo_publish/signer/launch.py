"""Finds the signer of a state directory, or starts one for as long as a command runs."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

import farm
import repo_publish
from farm.clock import Clock
from farm.environment import inherited
from farm.errors import FarmError
from farm.paths import LEDGER_VARIABLE, StatePaths
from farm.process import BASE_ENVIRONMENT
from repo_publish.signer.client import SignerClient
from repo_publish.signer.errors import AlreadyRunningError, SignerUnreachableError, error_for
from repo_publish.signer.messages import Refused
from repo_publish.signer.paths import SignerPaths
from repo_publish.signer.private_directory import make_private
from repo_publish.signer.server import connect

_START_SECONDS = 60.0
_END_SECONDS = 30.0
_POLL_SECONDS = 0.02
_LOG_BYTES = 16 * 1024


@contextmanager
def signer(state: StatePaths, project: Path | None, clock: Clock) -> Iterator[SignerClient]:
    """Yield a client of the signer. One that this command starts ends with it, even if the command is killed.

    Args:
        project: directory of the project whose waivers a started signer reads.

    Raises:
        SigningError: no signer answers, and none can be started.
    """
    paths = SignerPaths.of(state)
    make_private(paths.root)
    deadline = clock.monotonic() + _START_SECONDS
    with ExitStack() as held:
        while (client := _running(paths)) is None:
            said = paths.log.stat().st_size if paths.log.exists() else 0
            child = held.enter_context(_started(state, project, paths))
            client = _first_answer(paths, child, clock, deadline=deadline, said=said)
            if client is not None:
                break
        with client:
            yield client


def _running(paths: SignerPaths) -> SignerClient | None:
    connection = connect(paths.socket)
    return SignerClient(connection) if connection is not None else None


@contextmanager
def _started(state: StatePaths, project: Path | None, paths: SignerPaths) -> Iterator[subprocess.Popen[bytes]]:
    """Start a signer that ends when its standard input does."""
    argv = [sys.executable, "-P", "-m", "repo_publish.signer", str(state.root)]
    argv += [str(project)] if project is not None else []
    roots = dict.fromkeys(str(Path(package.__path__[0]).parent) for package in (farm, repo_publish))
    environment = {**BASE_ENVIRONMENT, "PYTHONPATH": ":".join(roots)}
    if state.ledger_url:
        environment |= {LEDGER_VARIABLE: state.ledger_url, **_database_login()}
    with paths.log.open("ab") as log:
        child = subprocess.Popen(
            argv,
            env=environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        _end(child)


def _database_login() -> dict[str, str]:
    """Return what PostgreSQL's library takes from the environment, so that the signer gets in as the command does."""
    return {name: value for name, value in inherited().items() if name.startswith("PG") or name == "HOME"}


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _first_answer(
    paths: SignerPaths, child: subprocess.Popen[bytes], clock: Clock, *, deadline: float, said: int
) -> SignerClient | None:
    """Wait until a signer listens: this one, or one that was started at the same time and was faster.

    Args:
        said: size of the log before this one was started.

    Returns:
        None where this one gave way to another, which may be about to end.
    """
    while clock.monotonic() < deadline:
        client = _running(paths)
        if client is not None:
            return client
        ended = child.poll() is not None
        clock.sleep(_POLL_SECONDS)
        if ended:
            error = _last_words(paths.log, said)
            if isinstance(error, AlreadyRunningError):
                return None
            raise error
    raise SignerUnreachableError(
        "the signer does not answer",
        why=f"nothing listened within {_START_SECONDS:.0f} seconds",
        hint=f"see {paths.log}",
    )


def _last_words(log: Path, said: int) -> FarmError:
    """Return the error that a signer ended with, from the last line that it wrote."""
    text = log.read_bytes()[said:][-_LOG_BYTES:].decode(errors="replace")
    lines = text.strip().splitlines() or [""]
    try:
        refused = msgspec.json.decode(lines[-1], type=Refused)
    except msgspec.MsgspecError:
        why = "\n".join(lines[-5:])
        return SignerUnreachableError("the signer could not be started", why=why, hint=f"see {log}")
    return error_for(refused.code, refused.what, refused.why, refused.hint, refused.exit_status)
