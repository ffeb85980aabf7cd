"""Turns what checks found into one error that names every line."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from farm.project.diagnosis import Fault
from farm.project.errors import InvalidConfigError
from farm.project.origin import Origin

_log = structlog.get_logger(__name__)


def report_faults(path: Path, faults: Sequence[Fault], *, permissive: bool) -> None:
    """Raise for the faults of one file, or warn of them where the project is read permissively.

    Raises:
        InvalidConfigError: there are faults.
    """
    if not faults:
        return
    lines = [f"{Origin(file=path, keys=fault.keys)}: {fault.message}" for fault in faults]
    if permissive:
        _log.warning("invalid configuration tolerated", file=str(path), faults=lines)
        return
    raise InvalidConfigError(f"{path.name} is not valid", why="\n".join(lines))
