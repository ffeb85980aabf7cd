"""Reads RPM files in a sandbox: nothing in a farm process parses them (design decision 9)."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.digest import parse_digest
from farm.errors import FarmError
from farm.nevra import Nevra, NevraError
from farm.rpm.report import Report
from farm.rpm_facts import RpmFacts
from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox

BATCH = 200
"""Files per sandbox: bubblewrap takes a time that grows with the square of what it binds."""

_OUTPUT_BYTES = 512 * 2**20


class BadRpmError(FarmError):
    """A file is no RPM, or not the RPM that its own digests describe."""

    code = "RPM001"


def read_rpms(paths: Sequence[Path], *, verify: bool = True) -> list[RpmFacts]:
    """Return what the farm knows of each RPM, in the order given.

    Args:
        verify: check that header and payload have the digests that the RPM carries. This finds damage, not malice:
            who can edit a file can edit its digests; against that, compare `RpmFacts.digest` with a known one.

    Raises:
        BadRpmError: one of them is missing, truncated, edited or no RPM; it is named.
    """
    return [facts for start in range(0, len(paths), BATCH) for facts in _read(paths[start : start + BATCH], verify)]


def _read(paths: Sequence[Path], verify: bool) -> list[RpmFacts]:  # noqa: FBT001 - passed through
    for path in paths:
        if not path.is_file():
            raise _bad(path, "there is no such file")
    seen = [f"/rpms/{number}.rpm" for number in range(len(paths))]
    sandbox = Sandbox(
        root=None,
        binds=tuple(Bind(source=path.resolve(), target=target) for path, target in zip(paths, seen, strict=True)),
        environment=tool_environment(),
        limits=Limits(
            seconds=60.0 + 5.0 * len(paths), memory_bytes=2 * 2**30, processes=32, output_bytes=_OUTPUT_BYTES
        ),
    )
    result = run_in_sandbox(
        sandbox, [sys.executable, "-m", "farm.rpm.reader_main", *(["--verify"] if verify else []), *seen]
    )
    lines = result.stdout.splitlines(keepends=True)
    facts = [_facts(path, line) for path, line in zip(paths, lines, strict=False) if line.endswith(b"\n")]
    if len(facts) < len(paths):
        raise _bad(paths[len(facts)], _death(result))
    return facts


def _facts(path: Path, line: bytes) -> RpmFacts:
    """Check what the sandboxed process says: it has read hostile input, so it is trusted no more than that."""
    try:
        report = msgspec.json.decode(line, type=Report)
        if report.error:
            raise _bad(path, report.error)
        nevra = Nevra(
            name=report.name,
            epoch=report.epoch,
            version=report.version,
            release=report.release,
            arch=report.arch,
        )
        if Nevra.parse(str(nevra)) != nevra:
            raise _bad(path, f"its name is not one: {str(nevra)[:200]!r}")
        return RpmFacts(
            nevra=nevra,
            digest=parse_digest(report.digest),
            size=report.size,
            source_rpm=report.source_rpm,
            header=parse_digest(report.header),
            payload=parse_digest(report.payload),
            signed=report.signed,
            primary=report.primary,
            filelists=report.filelists,
            other=report.other,
        )
    except (msgspec.MsgspecError, NevraError, ValueError) as exc:
        raise _bad(path, str(exc)) from exc


def _death(result: SandboxResult) -> str:
    if result.overrun:
        return f"reading it {result.overrun}"
    return f"the process that read it died with status {result.status}\n{result.stderr.strip()[-1000:]}"


def _bad(path: Path, why: str) -> BadRpmError:
    return BadRpmError(
        f"{path.name} is not a sound RPM",
        why=f"{path}: {why}",
        hint="fetch or build it again; an RPM older than rpm 4.14 has no SHA-256 digests and cannot be used",
    )
