from dataclasses import fields, replace
from pathlib import Path

from farm.overlay.model import Overlay, OverlayKind
from farm.project.origin import Origin
from farm.render_key import OverlayInput, RenderInputs, SourceInput, overlay_input

INPUTS = RenderInputs(
    component="x",
    upstream="c",
    package="x",
    release="auto",
    overlays=(),
    sources=(),
    macros="",
    history="",
    versions=(1, 1),
)


def test_every_field_is_a_decision() -> None:
    """A new field changes every key: decide whether it reaches what is rendered, then list it here."""
    assert {field.name for field in fields(RenderInputs)} == {
        "component",
        "upstream",
        "package",
        "release",
        "overlays",
        "sources",
        "macros",
        "history",
        "versions",
    }
    assert {field.name for field in fields(OverlayInput)} == {"edit", "target", "source"}
    assert {field.name for field in fields(SourceInput)} == {
        "filename",
        "hash_type",
        "hash",
        "type",
        "replaces_upstream",
        "script",
    }


def test_every_input_changes_the_key() -> None:
    changed = [
        replace(INPUTS, component="y"),
        replace(INPUTS, upstream="d"),
        replace(INPUTS, history="h"),
        replace(INPUTS, package="y"),
        replace(INPUTS, release="manual"),
        replace(INPUTS, overlays=(overlay_input(Overlay(kind=OverlayKind.FILE_REMOVE, file="a"), ""),)),
        replace(INPUTS, macros="%x 1\n"),
        replace(INPUTS, versions=(2, 1)),
    ]
    keys = {inputs.key for inputs in [INPUTS, *changed]}
    assert len(keys) == len(changed) + 1


def test_whatever_an_overlay_says_counts() -> None:
    plain = Overlay(kind=OverlayKind.FILE_REMOVE)
    words = [field.name for field in fields(Overlay) if field.default == ""]
    others = [replace(plain, lines=("x",)), replace(plain, kind=OverlayKind.FILE_ADD)]
    others += [replace(plain, **{name: "x"}) for name in words]  # type: ignore[arg-type] # the names of texts
    counted = {overlay_input(one, "") for one in [plain, *others]}
    assert len(counted) == len(others), "all but the description"


def test_words_and_places_of_an_overlay_do_not_count_and_its_source_does() -> None:
    overlay = Overlay(kind=OverlayKind.PATCH_ADD, source=Path("/one/x.patch"))
    moved = replace(overlay, source=Path("/two/x.patch"), description="why", origin=Origin(file=Path("/a.toml")))
    assert overlay_input(overlay, "d1") == overlay_input(moved, "d1") != overlay_input(overlay, "d2")
    assert overlay_input(replace(overlay, source=Path("/one/y.patch")), "d1") != overlay_input(overlay, "d1")
