import pytest

from farm.overlay.release import ReleaseError, check_release
from farm.overlay.spec_document import SpecDocument
from farm.project.model import ReleaseCalculation


def document(release: str) -> SpecDocument:
    return SpecDocument.parse(f"Name: x\nRelease: {release}\n%package devel\nRelease: 9\n".encode())


@pytest.mark.parametrize("calculation", ReleaseCalculation)
def test_a_static_release_always_passes(calculation: ReleaseCalculation) -> None:
    check_release(document("3%{?dist}"), calculation, "x")


@pytest.mark.parametrize("calculation", ReleaseCalculation)
def test_autorelease_never_does_yet(calculation: ReleaseCalculation) -> None:
    with pytest.raises(ReleaseError) as caught:
        check_release(document("%autorelease"), calculation, "x")
    assert "%autorelease" in caught.value.why


def test_static_needs_a_release() -> None:
    with pytest.raises(ReleaseError, match="no Release tag"):
        check_release(SpecDocument.parse(b"Name: x\n"), ReleaseCalculation.STATIC, "x")
    check_release(SpecDocument.parse(b"Name: x\n"), ReleaseCalculation.AUTO, "x")
