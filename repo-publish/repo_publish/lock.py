"""One publisher at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from farm.errors import InfrastructureError
from farm.paths import StatePaths


class PublishBusyError(InfrastructureError):
    """Another command is publishing or rolling back."""

    code = "PUB003"


@contextmanager
def sole_publisher(state: StatePaths) -> Iterator[None]:
    """Be the only one who changes what is published; the lock ends with the process, however it ends.

    Raises:
        PublishBusyError: another command holds it.
    """
    state.root.mkdir(parents=True, exist_ok=True)
    with (state.root / "publish.lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise PublishBusyError(
                "another command is publishing", why=str(state.root), hint="run this one again when it is done"
            ) from exc
        yield
