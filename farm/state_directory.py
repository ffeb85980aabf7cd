"""Makes the state directory, with permissions that keep others out of all but the repositories."""

import os
from pathlib import Path

from farm.errors import InfrastructureError

_MODE = 0o711
"""Others pass through to the repositories below, which a web server reads, but do not look around."""


class StateDirectoryError(InfrastructureError):
    """The state directory cannot be made or written."""

    code = "CLI003"


def prepare_state_directory(root: Path) -> None:
    """Make the state directory where there is none, and see that it can be written.

    Raises:
        StateDirectoryError: it cannot.
    """
    hint = "name another one with --state DIR or $FARM_STATE"
    try:
        if not root.is_dir():
            root.mkdir(mode=_MODE, parents=True, exist_ok=True)
    except OSError as exc:
        raise StateDirectoryError(
            f"cannot make the state directory {root}", why=exc.strerror or str(exc), hint=hint
        ) from exc
    if not os.access(root, os.W_OK | os.X_OK):
        raise StateDirectoryError(f"cannot write to the state directory {root}", why="permission denied", hint=hint)
