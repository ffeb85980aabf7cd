"""Overlays that every component gets without asking (azldev: `collectOverlays`)."""

from farm.overlay.archive_scope import archive_edits
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.overlay.model import Overlay, OverlayKind
from farm.project.model import Component

_MACROS_COMMENT = (
    "# All Azure Linux specs with overlays include this macro file, irrespective of whether new macros have been added."
)
_HEADER = Overlay(
    kind=OverlayKind.SPEC_PREPEND_LINES,
    description="header",
    lines=(
        "# This spec file has been modified by azldev to include build configuration overlays.",
        "# Do not edit manually; changes may be overwritten.",
        "",
    ),
)


def all_overlays(component: Component, *, has_macros: bool | None = None) -> tuple[Overlay, ...]:
    """Return a component's overlays in the order they apply: inside archives, macros, others, check skip, header.

    Args:
        has_macros: whether there is a macros file; without it, whether the component's own options need one.

    Raises:
        MacrosFileNameError: there is, and the component's name cannot be part of its name.
    """
    needed = bool(macros_file(component.build)) if has_macros is None else has_macros
    inside = (overlay for edits in archive_edits(component.overlays) for overlay in edits.overlays)
    others = (overlay for overlay in component.overlays if not overlay.archive)
    return (*inside, *(_load_macros(component) if needed else ()), *others, *_skip_check(component), _HEADER)


def _load_macros(component: Component) -> tuple[Overlay, ...]:
    name = macros_file_name(component.name)
    load = (_MACROS_COMMENT, f"%{{load:%{{_sourcedir}}/{name}}}", "")
    return (
        Overlay(kind=OverlayKind.SPEC_PREPEND_LINES, description="load macros", lines=load),
        Overlay(kind=OverlayKind.SPEC_INSERT_TAG, description="macros as source", tag="Source9999", value=name),
    )


def _skip_check(component: Component) -> tuple[Overlay, ...]:
    reason = component.build.skip_check
    if not reason:
        return ()
    lines = (f"# Check section disabled: {reason}", "exit 0", "")
    return (Overlay(kind=OverlayKind.SPEC_PREPEND_LINES, description="skip check", section="%check", lines=lines),)
