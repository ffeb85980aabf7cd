"""What passes between the farm and the process that reads RPM files in a sandbox: one JSON document each."""

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to read.

    Attributes:
        paths: files, as the sandbox sees them.
        verify: whether to check the digests of header and payload.
    """

    paths: list[str]
    verify: bool


class Report(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one file says, one line each, in the order asked. With an error, nothing else counts."""

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
