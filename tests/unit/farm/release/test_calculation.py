from collections.abc import Mapping, Sequence

import pytest
from builders.package_git import plain_version, spec_text

from farm.history.commit_log import CommitFacts
from farm.overlay.release import ReleaseError
from farm.project.model import ReleaseCalculation
from farm.release.calculation import ReleaseRequest, raise_release, with_release
from farm.release.errors import SpecVersionError
from farm.release.spec_version import SpecVersion
from farm.release.synthetic_history import FingerprintChange


class PlainVersions:
    def read(self, name: str, trees: Sequence[Mapping[str, bytes]]) -> list[SpecVersion | None]:
        return [plain_version(files[f"{name}.spec"]) for files in trees]


def request(
    release: str, calculation: ReleaseCalculation = ReleaseCalculation.AUTO, *, changes: int = 2, spec: str = ""
) -> ReleaseRequest:
    facts = [CommitFacts(id=f"p{at}", author="P", email="p@x", time=at, subject=f"S{at}") for at in range(changes)]
    text = spec or f"Name: demo\nVersion: 1\nRelease: {release}\n%changelog\n* old\n"
    return ReleaseRequest(
        component="demo",
        calculation=calculation,
        files={"demo.spec": text.encode()},
        upstream=None,
        changes=[FingerprintChange(commit=one, upstream="") for one in facts],
        import_commit="",
    )


@pytest.mark.parametrize(
    ("calculation", "expected"),
    [
        (ReleaseCalculation.AUTO, b"Release: 5%{?dist}\n"),
        (ReleaseCalculation.STATIC, b"Release: 5%{?dist}\n"),
        (ReleaseCalculation.MANUAL, b"Release: 3%{?dist}\n"),
        (ReleaseCalculation.AUTORELEASE, b"Release: 3%{?dist}\n"),
    ],
)
def test_a_static_release_is_raised_where_it_is_asked_for(calculation: ReleaseCalculation, expected: bytes) -> None:
    assert expected in raise_release(request("3%{?dist}", calculation))


def test_nothing_is_raised_without_a_change() -> None:
    assert b"Release: 3.odd\n" in raise_release(request("3.odd", changes=0))


def test_an_odd_release_is_refused_where_it_would_be_raised() -> None:
    with pytest.raises(ReleaseError, match="cannot be raised"):
        raise_release(request("3.odd"))
    assert b"3.odd" in raise_release(request("3.odd", ReleaseCalculation.MANUAL))


def test_autorelease_is_refused_where_a_release_must_be_static() -> None:
    with pytest.raises(ReleaseError):
        raise_release(request("%autorelease", ReleaseCalculation.STATIC, changes=0))


def test_a_local_spec_counts_its_changes() -> None:
    text = with_release(request("", spec=spec_text("1")), git=None, versions=[PlainVersions()]).decode()
    assert "%[3 + " in text
    assert (
        "- S1\n\n* Thu Jan 01 1970 P <p@x> - 1-2\n- S0\n\n* Thu Jan 01 1970 azldev <> - 1-1\n- Initial sources\n"
        in text
    )


def test_a_version_that_nobody_can_read_is_an_error() -> None:
    with pytest.raises(SpecVersionError):
        with_release(
            request("", spec="Name: demo\nRelease: %autorelease\n%changelog\n"), git=None, versions=[PlainVersions()]
        )


class Blind:
    """Reads nothing."""

    def read(self, name: str, trees: Sequence[Mapping[str, bytes]]) -> list[SpecVersion | None]:  # noqa: ARG002 - as the protocol
        return [None for _ in trees]


class Unasked:
    """Must not be asked."""

    def read(self, name: str, trees: Sequence[Mapping[str, bytes]]) -> list[SpecVersion | None]:  # noqa: ARG002 - as the protocol
        raise AssertionError


def test_the_next_reader_reads_what_the_first_one_cannot() -> None:
    wanted = request("", spec=spec_text("1"))
    known = with_release(wanted, git=None, versions=[PlainVersions(), Unasked()])
    assert with_release(wanted, git=None, versions=[Blind(), PlainVersions(), Unasked()]) == known
    with pytest.raises(SpecVersionError):
        with_release(wanted, git=None, versions=[Blind(), Blind()])


def test_a_version_on_which_nothing_depends_is_not_asked_for_twice() -> None:
    with_release(request("", spec="Name: demo\nRelease: 1\n"), git=None, versions=[Blind(), Unasked()])
