import pytest

from farm.overlay.release import ReleaseError, bump_static_release, check_release
from farm.overlay.spec_document import SpecDocument
from farm.project.model import ReleaseCalculation


def document(release: str) -> SpecDocument:
    return SpecDocument.parse(f"Name: x\nRelease: {release}\n%package devel\nRelease: 9\n".encode())


@pytest.mark.parametrize("calculation", ReleaseCalculation)
def test_a_static_release_always_passes(calculation: ReleaseCalculation) -> None:
    check_release(document("3%{?dist}"), calculation, "x")


def test_a_static_release_is_not_autorelease() -> None:
    with pytest.raises(ReleaseError) as caught:
        check_release(document("%autorelease"), ReleaseCalculation.STATIC, "x")
    assert "%autorelease" in caught.value.why
    assert "autorelease" in caught.value.hint
    check_release(document("%autorelease"), ReleaseCalculation.AUTO, "x")


@pytest.mark.parametrize(("value", "raised"), [("3", "5"), ("3%{?dist}", "5%{?dist}"), ("09%{dist}", "11%{dist}")])
def test_a_static_release_is_raised(value: str, raised: str) -> None:
    assert bump_static_release(value, 2) == raised


@pytest.mark.parametrize("value", ["3.1", "%{rel}%{?dist}", "a", "", "3%{?dist}.1", "1" * 30])
def test_what_is_no_number_is_not_raised(value: str) -> None:
    with pytest.raises(ReleaseError) as caught:
        bump_static_release(value, 1)
    assert "manual" in caught.value.hint


def test_static_needs_a_release() -> None:
    with pytest.raises(ReleaseError, match="no Release tag"):
        check_release(SpecDocument.parse(b"Name: x\n"), ReleaseCalculation.STATIC, "x")
    check_release(SpecDocument.parse(b"Name: x\n"), ReleaseCalculation.AUTO, "x")
