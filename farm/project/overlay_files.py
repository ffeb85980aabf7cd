"""Overlays that stand in files of their own, named by `overlay-files` (azldev: `overlay_file.go`)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from farm.log import get_logger
from farm.overlay.model import Overlay
from farm.project.boundary import Boundary
from farm.project.check_metadata import check_metadata
from farm.project.check_overlay import check_overlay
from farm.project.decode import decode_file
from farm.project.diagnosis import Fault
from farm.project.errors import IncludeError
from farm.project.faults import report_faults
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import has_wildcard
from farm.project.layer_reader import LayerReader
from farm.project.origin import Origin
from farm.project.schema import OverlayFileEntry

_log = get_logger()


def read_overlay_files(
    patterns: Sequence[str], directory: Path, boundary: Boundary, said_at: Origin, *, permissive: bool
) -> tuple[Overlay, ...]:
    """Return the overlays of all files that patterns match: by pattern, then by file name.

    Raises:
        IncludeError: a file that is named outright is not there.
        ProjectError: a file is invalid.
    """
    overlays: list[Overlay] = []
    for path in _files(patterns, directory, boundary, said_at):
        boundary.footprint.note(path)
        entry = decode_file(path, OverlayFileEntry, permissive=permissive)
        report_faults(path, [*_metadata_faults(path, entry, permissive=permissive), *_check(entry)])
        overlays += LayerReader(path, boundary).overlays(entry.overlays, ("overlays",))
    return tuple(overlays)


def _files(patterns: Sequence[str], directory: Path, boundary: Boundary, said_at: Origin) -> list[Path]:
    ordered: dict[Path, None] = {}
    for pattern in patterns:
        try:
            matches = boundary.glob(directory, pattern, said_at)
        except BadGlobError as exc:
            raise IncludeError("an overlay-files pattern is no glob", why=f"{said_at}: {exc}") from exc
        if not matches and not has_wildcard(pattern):
            raise IncludeError("an overlay file is not there", why=f"{said_at}: {pattern!r}")
        ordered.update(dict.fromkeys(sorted(matches, key=lambda path: (path.name, str(path)))))
    return list(ordered)


def _metadata_faults(path: Path, entry: OverlayFileEntry, *, permissive: bool) -> list[Fault]:
    """Return what is wrong with the metadata; reading permissively only warns of it, for it is never applied."""
    faults = list(check_metadata(entry.metadata, ("metadata",)))
    if not permissive or not faults:
        return faults
    _log.warning("bad metadata ignored", file=str(path), faults=[fault.message for fault in faults])
    return []


def _check(entry: OverlayFileEntry) -> Iterator[Fault]:
    if not entry.overlays:
        yield Fault(keys=(), message="the file has no overlays")
    for position, overlay in enumerate(entry.overlays):
        keys = ("overlays", position)
        if overlay.metadata is not None:
            yield Fault(keys=keys, message="metadata is said once for the file, not in an overlay")
        yield from check_overlay(overlay, keys)
