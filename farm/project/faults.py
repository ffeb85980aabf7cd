"""Turns what checks found into one error that names every line."""

from collections.abc import Sequence
from pathlib import Path

from farm.project.diagnosis import Fault
from farm.project.errors import InvalidConfigError
from farm.project.origin import Origin


def report_faults(path: Path, faults: Sequence[Fault]) -> None:
    """Raise for the faults of one file, if there are any. Reading permissively does not forgive them.

    Raises:
        InvalidConfigError: there are faults.
    """
    if faults:
        lines = [f"{Origin(file=path, keys=fault.keys)}: {fault.message}" for fault in faults]
        raise InvalidConfigError(f"{path.name} is not valid", why="\n".join(lines))
