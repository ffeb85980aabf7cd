"""Overlays that every component gets without asking (azldev: `collectOverlays`)."""

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


def all_overlays(component: Component) -> tuple[Overlay, ...]:
    """Return a component's overlays in the order they apply: macros, its own, check skip, header."""
    return (*_load_macros(component), *component.overlays, *_skip_check(component), _HEADER)


def _load_macros(component: Component) -> tuple[Overlay, ...]:
    if not macros_file(component.build):
        return ()
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
