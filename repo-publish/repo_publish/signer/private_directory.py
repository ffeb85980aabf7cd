"""A directory that only the signer's user may enter."""

import os
import stat
from pathlib import Path

from repo_publish.signer.errors import KeyUnavailableError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(directory: Path) -> None:
    """Make a directory with mode 0700; one that is there already must be private and ours.

    Raises:
        KeyUnavailableError: others can enter it, or it cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.lstat()
    except OSError as exc:
        raise KeyUnavailableError(f"cannot use the signer's directory {directory}", why=str(exc)) from exc
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & _OTHERS:
        raise KeyUnavailableError(
            f"others could reach the private key in {directory}",
            why=f"mode {stat.S_IMODE(status.st_mode):04o}, owner {status.st_uid}, this is user {os.geteuid()}",
            hint="see who could have read it; then chown it to the signer's user and chmod it to 0700",
        )
