"""Ends of sandboxed commands, of which a test names only what it is about."""

from dataclasses import replace

from farm.sandbox.run import SandboxResult

FAILED = SandboxResult(
    status=1,
    stdout=b"",
    stderr="",
    timed_out=False,
    flooded=False,
    out_of_memory=False,
    out_of_processes=False,
    seconds=1.0,
)


def failed(**what: object) -> SandboxResult:
    """Return the result of a command that exited with status 1, but for what is named."""
    return replace(FAILED, **what)  # type: ignore[arg-type] # names of fields
