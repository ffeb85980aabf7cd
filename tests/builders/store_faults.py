"""A disk below the artifact store that fails and is slow, for as long as a file says so."""

import errno
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from farm.clock import SystemClock
from farm.store import atomic_file, directory_store

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFaults:
    """How a disk behaves: of so many accesses one fails (none where 0), and each takes so long."""

    one_of: int = 0
    slow_seconds: float = 0.0


def set_faults(state: Path, faults: StoreFaults) -> None:
    """Have the disk below a state directory behave so from now on, for all processes that suffer it."""
    fresh = state / "faults.new"
    fresh.write_text(f"{faults.one_of} {faults.slow_seconds}", encoding="ascii")
    fresh.rename(state / "faults")


def suffer_faults(state: Path, chance: random.Random) -> None:
    """Let this process' artifact store lie on that disk."""
    if hasattr(atomic_file.temporary, "suffers"):
        return
    for module, name in (
        (atomic_file, "temporary"),
        (directory_store, "temporary"),
        (directory_store, "open_regular"),
    ):
        setattr(module, name, _suffering(getattr(module, name), state, chance))


def _suffering(real: Callable[P, T], state: Path, chance: random.Random) -> Callable[P, T]:
    @wraps(real)
    def access(*arguments: P.args, **named: P.kwargs) -> T:
        faults = _faults(state)
        if faults.slow_seconds:
            SystemClock().sleep(faults.slow_seconds)
        if faults.one_of and not chance.randrange(faults.one_of):
            raise OSError(errno.EIO, "the disk fails", str(state))
        return real(*arguments, **named)

    access.suffers = True  # type: ignore[attr-defined] # so that it is done once
    return access


def _faults(state: Path) -> StoreFaults:
    try:
        one_of, slow = (state / "faults").read_text(encoding="ascii").split()
    except FileNotFoundError:
        return StoreFaults()
    return StoreFaults(one_of=int(one_of), slow_seconds=float(slow))
