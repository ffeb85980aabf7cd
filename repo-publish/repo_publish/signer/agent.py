"""gpg-agent for as long as the signer lives, however the signer ends.

gpg would start an agent that stays until it is told to go, also where nobody is left to tell it. So it is started
here, with a program to run: such an agent ends a few seconds after its program does (gnupg `doc/gpg-agent.texi`,
`--daemon`). The program is `cat`, whose input ends with this process: the kernel closes it even after `kill -9`.
"""

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from farm.process import BASE_ENVIRONMENT, ProcessError, check
from repo_publish.signer.errors import KeyUnavailableError

_SECONDS = 60.0
_SIGN_OF_LIFE = b"\n"


@contextmanager
def agent(home: Path) -> Iterator[None]:
    """Have a gpg-agent serve a home of gpg while the block runs.

    The caller is the only signer, so an agent that is there already is one whose signer was killed: its socket is
    taken over, and it ends by itself.

    Raises:
        KeyUnavailableError: it cannot be started.
    """
    argv = ["gpg-agent", "--homedir", str(home), "--steal-socket", "--daemon", "--", "cat"]
    try:
        child = subprocess.Popen(
            argv,
            env=BASE_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as exc:
        raise _not_started(str(exc)) from exc
    with child:
        try:
            _await(child)
            yield
        finally:
            with suppress(ProcessError):  # then it ends later, with its program
                check(["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"], timeout=_SECONDS, tidies=True)


def _await(child: subprocess.Popen[bytes]) -> None:
    """Wait until the program answers: the agent listens before it starts that."""
    if child.stdin is None or child.stdout is None:
        raise _not_started("no pipe")
    with suppress(BrokenPipeError):
        os.write(child.stdin.fileno(), _SIGN_OF_LIFE)
    ready, _, _ = select.select([child.stdout], [], [], _SECONDS)
    if not ready:
        child.kill()
        raise _not_started(f"it was not ready within {_SECONDS:.0f} seconds")
    if os.read(child.stdout.fileno(), 1) != _SIGN_OF_LIFE:
        raise _not_started(f"it ended with status {child.wait()}")


def _not_started(why: str) -> KeyUnavailableError:
    return KeyUnavailableError(
        "gpg-agent could not be started", why=why, hint="install gpg-agent (infra/quickstart does)"
    )
