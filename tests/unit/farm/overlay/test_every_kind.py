"""Each kind of overlay changes what it says, or fails with the component and its place; never anything else."""

from dataclasses import replace
from pathlib import Path

import pytest
from builders.overlays import make_overlay, reader_of
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.engine import apply_overlays
from farm.overlay.errors import OverlayError
from farm.overlay.files import Files
from farm.overlay.model import Overlay, OverlayKind
from farm.project.origin import Origin

SPEC = "Name: x\nVersion: 1\nPatch1: a.patch\n%package b\nSummary: b\n%files b\n/b\n%build\nmake\n"
NAMES = ["a.patch", "c.cfg", "d/e.cfg", "caf\u00e9.txt"]
ORIGIN = Origin(file=Path("/project/x.comp.toml"), keys=("components", "x"))

WORDS = ["", "a.patch", "*.cfg", "**", "c.cfg", "b", "%build", "%files", "Version", "Patch", "make", "[", "(", "1", "é"]
TABLES = st.fixed_dictionaries(
    {
        "type": st.sampled_from([kind.value for kind in OverlayKind]),
        **{
            name: st.sampled_from(WORDS)
            for name in ("file", "section", "package", "tag", "value", "regex", "replacement")
        },
        "lines": st.lists(st.sampled_from(["echo", "%install", "", "a\nb"]), max_size=2),
        "source": st.sampled_from(["", "/s/new.patch"]),
    }
)


@given(TABLES, st.sampled_from([SPEC, "%if 1\n" + SPEC, "", SPEC.replace("\n", "\r\n")]))
def test_an_overlay_changes_something_or_says_why_not(table: dict[str, object], spec: str) -> None:
    files = {"x.spec": spec.encode(), **dict.fromkeys(NAMES, b"1 make\n")}
    before = dict(files)
    overlay = replace(make_overlay(table), origin=ORIGIN)
    results = [_result(files, overlay) for _ in range(2)]
    assert results[0] == results[1]
    assert files == before
    after, error = results[0]
    if error:
        assert "'x'" in error
        assert "/project/x.comp.toml" in error
    else:
        assert after != before or not _must_change(overlay.kind)


def _result(files: Files, overlay: Overlay) -> tuple[Files, str]:
    """Return the files after an overlay, or the words of its error."""
    try:
        (step,) = apply_overlays(files, [overlay], component="x", read_source=reader_of(b"new"))
    except OverlayError as exc:
        return {}, f"{exc.what}: {exc.why}"
    return step.files, ""


def _must_change(kind: OverlayKind) -> bool:
    """Tell whether a kind always changes bytes: setting what is there, and no lines at all, may change none."""
    return kind not in (
        OverlayKind.SPEC_SET_TAG,
        OverlayKind.SPEC_UPDATE_TAG,
        OverlayKind.SPEC_APPEND_LINES,
        OverlayKind.SPEC_PREPEND_LINES,
        OverlayKind.FILE_PREPEND_LINES,
        OverlayKind.FILE_RENAME,
    )


@pytest.mark.parametrize("kind", list(OverlayKind))
def test_nothing_to_work_on_is_an_error_of_every_kind_that_looks_for_something(kind: OverlayKind) -> None:
    adding = {
        OverlayKind.SPEC_ADD_TAG,
        OverlayKind.SPEC_INSERT_TAG,
        OverlayKind.SPEC_SET_TAG,
        OverlayKind.SPEC_PREPEND_LINES,
        OverlayKind.SPEC_APPEND_LINES,
    }
    overlay = make_overlay({"type": kind.value, "file": "none", "package": "none", "section": "", "regex": "none"})
    if kind in adding:
        overlay = replace(overlay, section="%none", package="none")
    with pytest.raises(OverlayError):
        apply_overlays({"x.spec": b"Name: x\n"}, [overlay], component="x", read_source=reader_of(None))
