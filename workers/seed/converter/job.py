"""What the farm asks of the converter, and what it answers: JSON lines over files and pipes."""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from workers.seed.converter.conversion_error import ConversionError

RESULT_MARK = "seed-result "
"""Begins a line of the converter's output that holds a result; any other line is talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One package to convert.

    Attributes:
        deb: path of the .deb.
        output: path of the RPM to make.
        arch: RPM's architecture of the repository; `isa` the suffix of its ISA provides; `triplet` Debian's name.
        debian_arch: Debian's name of that architecture: what the package may be besides `all`.
        python: version of the suite's Python, as `3.13`.
        names: Fedora names that the package also provides.
        provides, requires: further capabilities.
        ignored: names whose relations are left out.
    """

    deb: str
    output: str
    arch: str
    debian_arch: str
    isa: str
    triplet: str
    python: str
    names: list[str] = field(default_factory=list)
    provides: list[str] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a job.

    Attributes:
        output: path of the RPM; a file is there where `error` is empty.
        nevra: what the RPM is.
        epoch: modification time for the RPM file, in seconds since 1970.
        no_space: whether the error is a full disk.
    """

    output: str
    nevra: str = ""
    epoch: int = 0
    error: str = ""
    no_space: bool = False

    def line(self) -> str:
        """Return it as a line of output."""
        return RESULT_MARK + json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def parse(cls, line: str) -> Self | None:
        """Return the result that a line of output holds, or None.

        Raises:
            ConversionError: the line is marked as a result, but is none.
        """
        if not line.startswith(RESULT_MARK):
            return None
        try:
            return cls(**json.loads(line.removeprefix(RESULT_MARK)))
        except (ValueError, TypeError) as exc:
            raise ConversionError(f"the converter wrote a result that cannot be read: {exc}") from exc


def read_jobs(text: str) -> list[Job]:
    """Parse a JSON list of jobs, as `write_jobs` made it."""
    return [Job(**item) for item in json.loads(text)]


def write_jobs(jobs: list[Job]) -> str:
    """Return jobs as a JSON list."""
    return json.dumps([asdict(job) for job in jobs], sort_keys=True)
