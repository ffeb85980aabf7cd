from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from builders.overlays import apply_to_spec, make_overlay, reader_of
from hypothesis import given
from hypothesis import strategies as st

from farm.errors import ProjectError
from farm.overlay.engine import ON_SPEC, apply_overlays
from farm.overlay.errors import MissingSpecError, OverlayError, OverlayUnsupportedError
from farm.overlay.model import Overlay, OverlayKind
from farm.project.check_overlay import RULES
from farm.project.origin import Origin

SPEC = """\
Name: demo
Version: 1
Source0: a.tar.gz
%if 1
Source1: b.tar.gz
%endif

%description
text

%package devel
Summary: devel

%files devel
"""

FILES = {"demo.spec": SPEC.encode(), "conf/a.cfg": b"debug=1\n", "b.cfg": b"debug=1\n"}

TABLES: list[dict[str, object]] = [
    {"type": "spec-set-tag", "tag": "Version", "value": "2"},
    {"type": "spec-add-tag", "tag": "Requires", "value": "x", "package": "devel"},
    {"type": "spec-insert-tag", "tag": "Source9", "value": "c"},
    {"type": "spec-remove-tag", "tag": "source0"},
    {"type": "spec-search-replace", "regex": "text", "replacement": "other\n%build"},
    {"type": "spec-append-lines", "section": "%build", "lines": ["make"]},
    {"type": "spec-remove-subpackage", "package": "devel"},
    {"type": "patch-add", "source": "/s/x.patch"},
    {"type": "patch-remove", "file": "x.*"},
    {"type": "file-prepend-lines", "file": "**/*.cfg", "lines": ["# new"]},
    {"type": "file-search-replace", "file": "*.cfg", "regex": "1", "replacement": "0"},
    {"type": "file-rename", "file": "b.cfg", "replacement": "c.cfg"},
    {"type": "file-remove", "file": "conf/*"},
    {"type": "file-add", "file": "new/file", "source": "/s/x"},
]


def test_every_kind_has_rules_and_an_operation() -> None:
    assert set(RULES) == set(OverlayKind)
    on_spec = {kind for kind in OverlayKind if kind.startswith(("spec-", "patch-"))}
    assert set(ON_SPEC) == on_spec


def test_overlays_build_on_each_other() -> None:
    overlays = [make_overlay(table) for table in TABLES]
    steps = apply_overlays(FILES, overlays, component="demo", read_source=reader_of(b"content"))
    assert steps[-1].files == {
        "demo.spec": b"Name: demo\nVersion: 2\n%if 1\nSource1: b.tar.gz\n%endif\nSource9: c\n\n%description\nother\n"
        b"%build\n\nmake\n",
        "c.cfg": b"# new\ndebug=0\n",
        "new/file": b"content",
    }
    assert FILES["demo.spec"].decode() == SPEC


@given(st.lists(st.sampled_from(TABLES), max_size=6))
def test_all_apply_the_same_way_or_nothing_changes(tables: list[dict[str, object]]) -> None:
    before = dict(FILES)
    overlays = [make_overlay(table) for table in tables]
    results = []
    for _ in range(2):
        try:
            steps = apply_overlays(FILES, overlays, component="demo", read_source=reader_of(b"x"))
            results.append([dict(step.files) for step in steps])
        except OverlayError as exc:
            results.append([{"error": exc.why.encode()}])
    assert results[0] == results[1]
    assert before == FILES


def test_a_failure_names_the_overlay_and_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("\n[[overlays]]\n")
    overlay = make_overlay({"type": "spec-update-tag", "tag": "Epoch", "value": "1"})
    placed = replace(overlay, origin=Origin(file=path, keys=("overlays", 0)))
    with pytest.raises(OverlayError) as caught:
        apply_overlays(FILES, [placed], component="demo", read_source=reader_of(None))
    assert caught.value.why == f"spec-update-tag Epoch ({path}:2): there is no tag 'Epoch'"
    assert caught.value.exit_status == 3


def test_a_section_spelled_otherwise_is_hinted_at() -> None:
    with pytest.raises(OverlayError, match="demo") as caught:
        apply_to_spec("%Build\n", {"type": "spec-append-lines", "section": "%build", "lines": ["x"]})
    assert "the spec spells it %Build" in caught.value.why


@pytest.mark.parametrize(
    "table",
    [
        {"type": "file-add", "file": "../x", "source": "/s"},
        {"type": "file-add", "file": "conf", "source": "/s"},
        {"type": "file-add", "file": "b.cfg/x", "source": "/s"},
        {"type": "file-add", "file": "x/.git/hooks/y", "source": "/s"},
        {"type": "file-add", "file": "other.spec", "source": "/s"},
        {"type": "file-rename", "file": "b.cfg", "replacement": "demo.spec"},
        {"type": "file-rename", "file": "b.cfg", "replacement": "conf"},
        {"type": "file-remove", "file": "*.spec"},
    ],
)
def test_files_stay_inside_and_specs_untouched(table: dict[str, object]) -> None:
    with pytest.raises(OverlayError):
        apply_overlays(FILES, [make_overlay(table)], component="demo", read_source=reader_of(b"x"))


@pytest.mark.parametrize(("regex", "advised"), [("1$", True), ("(?m)2$", False), ("2", False)])
def test_anchors_that_mean_the_whole_file_are_explained(regex: str, *, advised: bool) -> None:
    table: dict[str, object] = {"type": "file-search-replace", "file": "b.cfg", "regex": regex, "replacement": "0"}
    with pytest.raises(OverlayError) as caught:
        apply_overlays(FILES, [make_overlay(table)], component="demo", read_source=reader_of(None))
    assert ("(?m)" in caught.value.why.partition("file of")[2]) is advised


INSIDE = make_overlay({"type": "file-remove", "file": "x", "archive": "a.tar.gz"})


def test_an_archive_that_comes_from_elsewhere_is_edited_there() -> None:
    (step,) = apply_overlays(FILES, [INSIDE], component="demo", read_source=reader_of(None))
    assert step.files == FILES


def test_an_archive_beside_the_spec_is_edited_once_and_before_everything_else() -> None:
    asked = []

    def edit(name: str, data: bytes, overlays: Sequence[Overlay]) -> bytes:
        asked.append((name, data, tuple(overlays)))
        return b"edited"

    steps = apply_overlays(
        {**FILES, "a.tar.gz": b"original"},
        [make_overlay(TABLES[0]), INSIDE, INSIDE],
        component="demo",
        read_source=reader_of(None),
        edit_archive=edit,
    )
    assert asked == [("a.tar.gz", b"original", (INSIDE, INSIDE))]
    assert [step.overlay.kind for step in steps] == ["file-remove", "file-remove", "spec-set-tag"]
    assert steps[-1].files["a.tar.gz"] == b"edited"


def test_without_an_editor_an_archive_beside_the_spec_is_refused() -> None:
    with pytest.raises(OverlayUnsupportedError, match="inside an archive"):
        apply_overlays({**FILES, "a.tar.gz": b""}, [INSIDE], component="demo", read_source=reader_of(None))


def test_without_a_spec_there_is_nothing_to_do() -> None:
    with pytest.raises(MissingSpecError) as caught:
        apply_overlays({"other.spec": b""}, [], component="demo", read_source=reader_of(None))
    assert isinstance(caught.value, ProjectError)
    assert "other.spec" in caught.value.why
