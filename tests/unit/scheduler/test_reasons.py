import msgspec
import pytest

from farm.canonical import decode, encode
from scheduler.reasons import (
    BootstrapFirst,
    BuildrootChanged,
    InputChanged,
    InputsChanged,
    LastFailed,
    MissingProvider,
    NeverBuilt,
    ParentRebuilt,
    ParentUnusable,
    PolicyChanged,
    Quarantined,
    Reason,
    SourcesChanged,
    SpecChanged,
    Unreproducible,
    Unresolvable,
    UpToDate,
    describe,
)

CASES: list[tuple[Reason, str]] = [
    (NeverBuilt(), "never built"),
    (SpecChanged(), "the spec changed"),
    (SourcesChanged(files=("a", "b", "c", "d", "e")), "sources changed: a, b, c and 2 more"),
    (InputChanged(input="overlays[1].value", before="a", after="b", file="x.toml"), "x.toml: overlays[1].value a -> b"),
    (InputChanged(input="build.with.tests", before="", after="true", file="x.toml"), "build.with.tests is new: true"),
    (InputChanged(input="overlays[1]", before="l1\nl2 " + "x" * 99, after="", file="x"), "is gone: l1 l2 xxx"),
    (BuildrootChanged(package="gcc", before="", after="gcc-2-1.x86_64"), "buildroot: gcc-2-1.x86_64 is new"),
    (BuildrootChanged(package="gcc", before="gcc-1-1.x86_64", after=""), "buildroot: gcc-1-1.x86_64 is gone"),
    (BuildrootChanged(package="gcc", before="gcc-1-1.x86_64", after="gcc-2-1.x86_64"), "gcc-1-1.x86_64 -> gcc-2-1"),
    (BuildrootChanged(package="gcc", before="gcc-1-1.x86_64", after="gcc-1-1.x86_64"), "has other bytes"),
    (PolicyChanged(what="macros", before="a" * 64, after="b" * 64), "policy: macros aaaaaaaaaaaa -> bbbbbbbbbbbb"),
    (InputsChanged(fields=("epoch",)), "build inputs changed: epoch"),
    (ParentRebuilt(component="zlib"), "zlib is rebuilt"),
    (ParentUnusable(component="zlib", why="unreproducible"), "needs zlib, which is unreproducible"),
    (MissingProvider(requirement="gone >= 1"), "nothing provides gone >= 1"),
    (Unresolvable(why="a conflicts with b\nand more"), "a conflicts with b"),
    (Quarantined(why="in quarantine: its worker died"), "in quarantine: its worker died"),
    (LastFailed(state="timed-out"), "the last build ended timed-out"),
    (Unreproducible(), "found unreproducible"),
    (BootstrapFirst(bcond="tiny", without=("a", "b")), "bootstrap: first --with tiny, without a, b; then in full"),
    (UpToDate(), "up to date"),
]


@pytest.mark.parametrize(("reason", "words"), CASES)
def test_every_reason_has_one_line_and_survives_json(reason: Reason, words: str) -> None:
    line = describe(reason)

    assert words in line
    assert "\n" not in line
    assert msgspec.json.decode(encode(reason), type=Reason) == reason


def test_every_kind_of_reason_is_tried() -> None:
    assert {type(reason) for reason, _ in CASES} == set(Reason.__args__)


def test_a_list_of_reasons_is_stored_and_read_back() -> None:
    reasons = tuple(reason for reason, _ in CASES)

    assert decode(encode(reasons), tuple[Reason, ...]) == reasons
