"""What the process that reads RPM files in a sandbox says of each.

Plain standard library: that process starts for every build, and importing msgspec would double its time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one file says, as JSON on a line of its own, in the order asked. With an error, nothing else counts.

    The fields are those of `RpmFacts` and `Nevra`.
    """

    error: str = ""
    name: str = ""
    epoch: int = 0
    version: str = ""
    release: str = ""
    arch: str = ""
    digest: str = ""
    size: int = 0
    source_rpm: str = ""
    header: str = ""
    payload: str = ""
    signed: bool = False
    primary: str = ""
    filelists: str = ""
    other: str = ""
