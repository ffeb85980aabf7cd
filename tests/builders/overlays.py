"""Overlays and component files for tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from farm.overlay.engine import apply_overlays
from farm.overlay.errors import NotApplicableError
from farm.overlay.model import Overlay, OverlayKind
from farm.project.check_overlay import check_overlay
from farm.project.diagnosis import Fault
from farm.project.schema import OverlayEntry

NO_SOURCE_HINT = "there is no such source"


def make_overlay(table: Mapping[str, object]) -> Overlay:
    """Return an overlay from the keys of its TOML table."""
    entry = msgspec.convert(table, OverlayEntry)
    fields = {name: getattr(entry, name) for name in ("file", "section", "package", "tag", "value", "regex")}
    return Overlay(
        kind=OverlayKind(entry.type),
        archive=entry.archive,
        replacement=entry.replacement,
        lines=tuple(entry.lines),
        source=Path(entry.source) if entry.source else None,
        **fields,
    )


def overlay_faults(table: Mapping[str, object]) -> list[Fault]:
    """Return what the loader would refuse."""
    return list(check_overlay(msgspec.convert(table, OverlayEntry), ()))


def reader_of(content: bytes | None) -> Callable[[Path], bytes]:
    """Return a source reader that knows one file, or none."""

    def read(path: Path) -> bytes:
        if content is None:
            raise NotApplicableError(f"{NO_SOURCE_HINT}: {path}")
        return content

    return read


def apply_to_spec(spec: str, *tables: Mapping[str, object]) -> str:
    """Apply overlays to a spec named demo.spec and return its text."""
    overlays = [make_overlay(table) for table in tables]
    steps = apply_overlays({"demo.spec": spec.encode()}, overlays, component="demo", read_source=reader_of(None))
    return steps[-1].files["demo.spec"].decode()
