import pytest
from builders.overlays import make_overlay
from builders.projects import make_component, make_declared_source

from farm.overlay.archive_scope import archive_edits, check_archive_scope
from farm.overlay.errors import ArchiveScopeError
from farm.overlay.model import Overlay
from farm.project.model import DeclaredSource, OriginType

INSIDE = make_overlay({"type": "file-remove", "archive": "p.tar.gz", "file": "x"})
PROMISE = make_declared_source("p.tar.gz", hash="ab", type=OriginType.OVERLAY, script="", replaces_upstream=True)


def test_overlays_are_grouped_in_the_order_of_their_archives() -> None:
    other = make_overlay({"type": "file-remove", "archive": "a.tar", "file": "y"})
    loose = make_overlay({"type": "file-remove", "file": "z"})
    groups = archive_edits([INSIDE, loose, other, INSIDE])
    assert [(group.archive, len(group.overlays)) for group in groups] == [("p.tar.gz", 2), ("a.tar", 1)]


def test_an_edited_archive_with_its_hash_is_right() -> None:
    unrelated = make_overlay({"type": "file-remove", "file": "*.patch"})
    check_archive_scope(make_component(overlays=(INSIDE, unrelated), sources=(PROMISE,)))
    check_archive_scope(make_component())


@pytest.mark.parametrize(
    ("overlays", "sources", "reason"),
    [
        ((INSIDE,), (), "no entry for p.tar.gz"),
        ((), (PROMISE,), "no overlay edits it"),
        *(
            ((INSIDE, make_overlay(table)), (PROMISE,), "changes p.tar.gz as a file")
            for table in (
                {"type": "file-remove", "file": "p.tar.gz"},
                {"type": "file-remove", "file": "*.{gz,xz}"},
                {"type": "patch-remove", "file": "p*"},
                {"type": "file-search-replace", "file": "**", "regex": "a"},
                {"type": "file-prepend-lines", "file": "?.tar.gz", "lines": ["x"]},
                {"type": "file-add", "file": "p.tar.gz", "source": "/s"},
                {"type": "patch-add", "source": "/s/p.tar.gz"},
                {"type": "file-rename", "file": "p.tar.gz", "replacement": "q"},
                {"type": "file-rename", "file": "q", "replacement": "p.tar.gz"},
            )
        ),
    ],
)
def test_edits_from_both_sides_and_lone_halves_are_refused(
    overlays: tuple[Overlay, ...], sources: tuple[DeclaredSource, ...], reason: str
) -> None:
    with pytest.raises(ArchiveScopeError, match="'demo'") as caught:
        check_archive_scope(make_component(overlays=overlays, sources=sources))
    assert reason in caught.value.why
