"""Edits a source archive: in a sandbox, for an archive is untrusted (design decision 9), and whole or not at all."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from farm.archive.errors import ArchiveWorkError, BadArchiveError
from farm.archive.job import Answer, Edit, Job
from farm.overlay.errors import OverlayError
from farm.overlay.model import Overlay
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.workspace import make_directory

_SOURCE = "/archive/source"
_WORK = "/archive/work"
_EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What one archive may take.

    Attributes:
        unpacked_bytes: of its uncompressed tar stream.
    """

    members: int = 1_000_000
    unpacked_bytes: int = 8 * 2**30
    seconds: float = 1800.0
    memory_bytes: int = 2 * 2**30


DEFAULT_LIMITS = ArchiveLimits()


def edit_archive(
    source: Path,
    overlays: Sequence[Overlay],
    *,
    component: str,
    scratch: Path,
    target: Path,
    limits: ArchiveLimits = DEFAULT_LIMITS,
) -> None:
    """Write an archive with its overlays applied to a path that does not exist yet; the same bytes every time.

    Args:
        overlays: of this archive alone, in order.
        scratch: directory for what is unpacked on the way (`CachePaths.scratch`).

    Raises:
        OverlayError: one of them does not apply.
        BadArchiveError: the archive is damaged, hostile, too large, or holds what cannot be packed again.
        ArchiveWorkError: there is no room for it.
        SandboxUnavailableError: there is no sandbox on this machine.
    """
    with claimed_directory(scratch, "archive") as place:
        work = make_directory(place / "work", 0o700)
        place.chmod(0o711)
        result = run_in_sandbox(
            _sandbox(source, work, limits),
            [sys.executable, "-m", "farm.archive.editor_main"],
            stdin=msgspec.json.encode(asdict(_job(overlays, limits))),
        )
        _check(result, overlays, source.name, component)
        _take(work / _EDITED, target, source.name, component)


def _sandbox(source: Path, work: Path, limits: ArchiveLimits) -> Sandbox:
    return Sandbox(
        root=None,
        binds=(Bind(source=source.resolve(), target=_SOURCE), Bind(source=work, target=_WORK, writable=True)),
        environment=tool_environment(),
        limits=Limits(
            seconds=limits.seconds,
            memory_bytes=limits.memory_bytes,
            processes=32,
            file_bytes=2 * limits.unpacked_bytes,
        ),
    )


def _job(overlays: Sequence[Overlay], limits: ArchiveLimits) -> Job:
    edits = tuple(
        Edit(kind=overlay.kind, glob=overlay.file, regex=overlay.regex, replacement=overlay.replacement)
        for overlay in overlays
    )
    return Job(
        source=_SOURCE,
        work=_WORK,
        target=f"{_WORK}/{_EDITED}",
        edits=edits,
        max_members=limits.members,
        max_bytes=limits.unpacked_bytes,
    )


def _check(result: SandboxResult, overlays: Sequence[Overlay], archive: str, component: str) -> None:
    """Raise what the sandboxed process says; it has read hostile input, so it is trusted no more than that."""
    try:
        answer = msgspec.json.decode(result.stdout, type=Answer) if result.ok else Answer(fault=_death(result))
    except msgspec.MsgspecError as exc:
        raise _bad(archive, component, f"the process that edited it gave no answer: {exc}") from exc
    if answer.trouble:
        raise ArchiveWorkError(
            f"{archive} of component {component!r} cannot be edited now",
            why=answer.trouble,
            hint="the cache's disk must hold it unpacked, and packed again",
        )
    if answer.fault:
        raise _bad(archive, component, answer.fault)
    if 0 <= answer.failed_edit < len(overlays):
        raise OverlayError(
            f"an overlay of component {component!r} does not apply",
            why=f"{overlays[answer.failed_edit]}: in {archive}: {answer.reason}",
            hint="`file` is relative to the archive's top directory where it has only one",
        )


def _take(edited: Path, target: Path, archive: str, component: str) -> None:
    """Copy what the sandbox left; a link or anything else that is no file is not followed."""
    try:
        descriptor = os.open(edited, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as exc:
        raise _bad(archive, component, f"the process that edited it left nothing: {exc.strerror}") from exc
    with os.fdopen(descriptor, "rb") as stream, target.open("xb") as copy:
        shutil.copyfileobj(stream, copy, 2**20)


def _death(result: SandboxResult) -> str:
    if result.overrun:
        return f"editing it {result.overrun}"
    return f"the process that edits it died with status {result.status}\n{result.stderr.strip()[-1000:]}"


def _bad(archive: str, component: str, why: str) -> BadArchiveError:
    return BadArchiveError(
        f"component {component!r} edits inside {archive}, which cannot be edited",
        why=why,
        hint="a patch in the spec changes the same files without touching the archive",
    )
