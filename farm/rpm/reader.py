"""Reads RPM files in a sandbox."""

from collections.abc import Sequence
from pathlib import Path

from farm.errors import FarmError
from farm.rpm_facts import RpmFacts


class BadRpmError(FarmError):
    """A file is no RPM, or not the RPM that its own digests describe."""

    code = "RPM001"


def read_rpms(paths: Sequence[Path], *, verify: bool = False) -> list[RpmFacts]:
    """Return what the farm knows of each RPM, in the order given; all are read in one sandboxed process.

    Raises:
        BadRpmError: one of them is missing, truncated, edited or no RPM; it is named.
    """
    raise NotImplementedError
