import pytest
from builders.overlays import make_overlay

from farm.overlay.errors import NotApplicableError
from farm.overlay.patches import forget_patches, highest_patch_number, mention_patch, patch_number
from farm.overlay.spec_document import SpecDocument


@pytest.mark.parametrize(
    ("tag", "number"),
    [
        ("Patch12", 12),
        ("PATCH007", 7),
        ("Patch+5", 5),
        ("Patch-3", -3),
        ("Patch", None),
        ("Patch%{n}", None),
        ("Patch9223372036854775807", 2**63 - 1),
        ("Patch9223372036854775808", None),
    ],
)
def test_numbers_are_those_that_go_reads(tag: str, number: int | None) -> None:
    assert patch_number(tag) == number


@pytest.mark.parametrize(
    ("spec", "highest"),
    [("Name: a", -1), ("Patch: a\nPATCH: b\nPatch0: c", 1), ("Patch:a\nPatch9:b\n%package c\nPatch11: d", 11)],
)
def test_bare_patches_count_from_zero(spec: str, highest: int) -> None:
    assert highest_patch_number(SpecDocument.parse(spec.encode())) == highest


def test_a_patch_is_named_in_the_list_where_there_is_one() -> None:
    overlay = make_overlay({"type": "patch-add", "source": "/s/x.patch"})
    document = SpecDocument.parse(b"Name: a\nPatch4: b\n%patchlist\nb.patch\n%build\n")
    assert mention_patch(document, overlay).texts[3:6] == ("b.patch", "x.patch", "%build")


def test_a_glob_forgets_tags_and_list_lines() -> None:
    spec = b"Patch: a.patch\nPatch1: a.patch\nPatch2: d/a.patch\n%patchlist\n\x1ca.patch\n #a.patch\n\n a.patch\n"
    overlay = make_overlay({"type": "patch-remove", "file": "{a,#a}*.patch"})
    kept = forget_patches(SpecDocument.parse(spec), overlay)
    assert kept.texts == ("Patch: a.patch", "Patch2: d/a.patch", "%patchlist", "\x1ca.patch", "")


def test_a_bare_patch_is_never_forgotten() -> None:
    with pytest.raises(NotApplicableError, match="names no patch"):
        forget_patches(SpecDocument.parse(b"Patch: a\n"), make_overlay({"type": "patch-remove", "file": "*"}))


def test_an_empty_value_matches_a_star() -> None:
    document = SpecDocument.parse(b"Patch1:\nPatch2: a/b\nPatch3: c\n%patchlist\n\x1cd\n\n")
    kept = forget_patches(document, make_overlay({"type": "patch-remove", "file": "*"}))
    assert kept.texts == ("Patch2: a/b", "%patchlist", "")
