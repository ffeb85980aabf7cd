"""Explains why builds differ: diffoscope, in a sandbox of its own, on the RPMs that differ."""

import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.build import BuildLimits, BuildResult
from farm.digest import Digest
from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.user_namespace import BUILD_UID
from farm.store.artifact_store import ArtifactStore
from farm.verdict import DifferenceCause, RpmDifference
from workers.build_disk import BuildDisk, build_disk
from workers.build_trace import trace
from workers.causes import ADVICE, name_causes
from workers.diff_findings import BadReportError, Finding, parse_report

RPM_BINDINGS = Path("/usr/lib/python3/dist-packages/rpm")
"""Debian's python3-rpm: without it diffoscope sees an RPM as mere bytes."""

_BINDINGS_INSIDE = "/run/differ/python"
_WORK = "/run/differ/work"
_SECONDS = 900
_MEMORY_BYTES = 4 * 2**30
_TEXT_BYTES = 2 * 2**20
_HTML_BYTES = 8 * 2**20
_JSON_BYTES = 64 * 2**20
_DISK_BYTES = 8 * 2**30
_DIRECTORY_SEED = "00000000-0000-4000-8000-000000000002"
_HAS_DIFFERENCES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What diffoscope found.

    Attributes:
        text: blob with its text report; where there is none, with the reason why.
        html: blob with its HTML report, written by a program that read what anybody built: show it without scripts.
        causes: named causes, most telling first.
    """

    text: Digest | None
    html: Digest | None
    causes: tuple[DifferenceCause, ...]


def explain(
    differences: Sequence[RpmDifference],
    *,
    store: ArtifactStore,
    scratch: Path,
    limits: BuildLimits,
    results: Sequence[BuildResult] = (),
) -> Explanation:
    """Explain the differences between two builds. That they differ is known already and needs no report.

    Args:
        limits: of a build: diffoscope gets no more.
        results: the two builds that were compared; without them no cause can be named.

    Raises:
        InfrastructureError: store, disk or sandbox failed.
    """
    allowed = _limits(limits)
    with build_disk(scratch, size_bytes=min(limits.disk_bytes, _DISK_BYTES), directory_seed=_DIRECTORY_SEED) as disk:
        for side in ("first", "second"):
            _export(differences, side, disk.own / side, store)
        work = disk.inside / "work"
        work.mkdir()
        os.chown(work, BUILD_UID, BUILD_UID)
        result = run_in_sandbox(_sandbox(disk, work, allowed), _argv(allowed.seconds))
        reports = {kind: _read(work / kind, most) for kind, most in _REPORTS.items()}
    if not reports["text"]:
        return _no_report(_reason(result, allowed), differences, store)
    return Explanation(
        text=store.put_bytes(reports["text"]),
        html=store.put_bytes(reports["html"]) if reports["html"] else None,
        causes=_causes(reports["json"], differences, results),
    )


_REPORTS = {"text": _TEXT_BYTES * 2, "html": _HTML_BYTES * 2, "json": _JSON_BYTES}
"""Files that diffoscope writes, and the most of each that is read."""


def _argv(seconds: float) -> list[str]:
    """Return the command line. diffoscope's own time limit ends recursion earlier, so that there is a report."""
    return [
        f"{sys.prefix}/bin/diffoscope",
        *("--no-progress", "--exclude-directory-metadata=recursive", "--max-container-depth=10"),
        f"--timeout={max(1, int(seconds * 0.6))}",
        *(f"--text={_WORK}/text", f"--max-text-report-size={_TEXT_BYTES}"),
        *(f"--html={_WORK}/html", f"--max-report-size={_HTML_BYTES}"),
        f"--json={_WORK}/json",
        *("first", "second"),
    ]


def _limits(limits: BuildLimits) -> Limits:
    return Limits(
        seconds=min(limits.seconds, _SECONDS),
        memory_bytes=min(limits.memory_bytes, _MEMORY_BYTES),
        processes=limits.processes,
        file_bytes=min(limits.disk_bytes, _DISK_BYTES),
        output_bytes=2**20,
    )


def _sandbox(disk: BuildDisk, work: Path, limits: Limits) -> Sandbox:
    environment = dict(tool_environment())
    bindings: tuple[Bind, ...] = ()
    if RPM_BINDINGS.is_dir():
        bindings = (Bind(source=RPM_BINDINGS, target=f"{_BINDINGS_INSIDE}/rpm"),)
        environment["PYTHONPATH"] = f"{environment['PYTHONPATH']}:{_BINDINGS_INSIDE}"
    environment |= {"TMPDIR": _WORK, "HOME": _WORK, "TZ": "UTC"}
    return Sandbox(
        root=None,
        binds=(
            Bind(source=work, target=_WORK, writable=True),
            *(Bind(source=disk.own / side, target=f"/run/differ/compared/{side}") for side in ("first", "second")),
            *bindings,
        ),
        environment=tuple(sorted(environment.items())),
        directory="/run/differ/compared",
        hostname="differ",
        limits=limits,
    )


def _export(differences: Sequence[RpmDifference], side: str, directory: Path, store: ArtifactStore) -> None:
    directory.mkdir()
    directory.chmod(0o755)
    for difference in differences:
        digest = difference.first if side == "first" else difference.second
        if digest:
            path = directory / difference.filename
            store.export(Digest(digest), path)
            path.chmod(0o644)
            os.utime(path, (0, 0))


def _read(path: Path, most: int) -> bytes:
    """Read a report, if it is a plain file of a sensible size: a program that was led astray may have made it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(most)
    finally:
        os.close(descriptor)


def _causes(
    report: bytes, differences: Sequence[RpmDifference], results: Sequence[BuildResult]
) -> tuple[DifferenceCause, ...]:
    try:
        findings: tuple[Finding, ...] = parse_report(report)
    except BadReportError as exc:
        return _unknown(exc.what, differences)
    if len(results) < 2:  # noqa: PLR2004 - two sides of a comparison
        return _unknown("the surroundings of the builds are not known", differences)
    return name_causes(findings, trace(results[0]), trace(results[1]))


def _reason(result: SandboxResult, limits: Limits) -> str:
    if result.timed_out:
        return f"diffoscope did not end within {limits.seconds:.0f} seconds"
    if result.out_of_memory:
        return f"diffoscope needed more than {limits.memory_bytes >> 20} MiB of memory"
    if result.status in (0, _HAS_DIFFERENCES):
        return "diffoscope's report is missing or too large"
    last = result.stderr.strip().splitlines()[-1:] or ["it said nothing"]
    return f"diffoscope failed with status {result.status}: {last[0][:300]}"


def _no_report(reason: str, differences: Sequence[RpmDifference], store: ArtifactStore) -> Explanation:
    """Say why there is no report: the files differ all the same."""
    files = [f"{one.filename}: {one.first or 'not made'} <> {one.second or 'not made'}" for one in differences]
    text = "\n".join((f"There is no report: {reason}.", "These files differ (sha256):", *files, ""))
    return Explanation(text=store.put_bytes(text.encode()), html=None, causes=_unknown(reason, differences))


def _unknown(reason: str, differences: Sequence[RpmDifference]) -> tuple[DifferenceCause, ...]:
    names = ", ".join(one.filename for one in differences[:4])
    return (DifferenceCause(name="unknown", evidence=f"{names}: {reason}", advice=ADVICE["unknown"]),)
