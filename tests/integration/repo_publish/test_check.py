"""`farm repo check` finds whatever was done to a published tree."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders.farm_state import FarmState
from builders.rpms import SmallRpms

from farm.canonical import encode
from farm.verdict import VerdictStatus
from repo_publish.check import CheckReport, check_published, check_url_tree, failure
from repo_publish.layout import MANIFEST
from repo_publish.published import NothingPublishedError, current_snapshot
from repo_publish.tree_check import FindingKind
from repo_publish.verify import PublicKeyError

pytestmark = pytest.mark.integration

RPM = "base/x86_64/Packages/h/hello-1-1.x86_64.rpm"
REPODATA = "base/x86_64/repodata"


def check(farm: FarmState) -> CheckReport:
    return check_published(farm.state, farm.ledger, farm.authority())


def kinds(report: CheckReport) -> set[str]:
    return {finding.kind.value for finding in report.findings}


def unlist(root: Path) -> None:
    (root / "base/x86_64/Packages/h/other-1-1.x86_64.rpm").write_bytes((root / RPM).read_bytes())


def append(path: str) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        (root / path).write_bytes((root / path).read_bytes() + b"\n")

    return spoil


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: next(root.glob(path)).unlink()


def link_away(root: Path) -> None:
    (root / RPM).rename(root / "moved")
    (root / RPM).symlink_to(root / "moved")


@pytest.mark.parametrize(
    ("spoil", "found", "status"),
    [
        (remove(RPM), {"rpm-missing"}, 1),
        (link_away, {"rpm-missing"}, 1),
        (append(RPM), {"rpm-damaged", "rpm-signature"}, 7),
        (unlist, {"rpm-unlisted"}, 1),
        (append(f"{REPODATA}/repomd.xml"), {"metadata-signature", "rpm-unlisted", "rpm-unrecorded"}, 7),
        (remove(f"{REPODATA}/repomd.xml.asc"), {"metadata-signature", "rpm-unlisted", "rpm-unrecorded"}, 7),
        (remove(f"{REPODATA}/*-primary.xml.zst"), {"metadata-damaged", "rpm-unlisted", "rpm-unrecorded"}, 1),
        (remove(f"{REPODATA}/*-other.xml.zst"), {"metadata-damaged"}, 1),
    ],
)
def test_finds_what_was_done_to_the_tree(
    spoil: Callable[[Path], None], found: set[str], status: int, farm: FarmState, rpms: SmallRpms
) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    assert failure(check(farm)) is None
    spoil(farm.state.repositories.resolve())
    report = check(farm)
    assert kinds(report) == found
    error = failure(report)
    assert error is not None
    assert error.exit_status == status


def test_finds_an_unsigned_rpm_in_place_of_a_signed_one(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    (farm.state.repositories / RPM).write_bytes(rpms.hello.read_bytes())
    report = check(farm)
    assert {each.why for each in report.findings if each.kind is FindingKind.RPM_SIGNATURE} == {"it is not signed"}


def test_finds_a_withdrawn_verdict(farm: FarmState, rpms: SmallRpms) -> None:
    verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    farm.record(replace(verdict, status=VerdictStatus.UNREPRODUCIBLE))
    report = check(farm)
    assert kinds(report) == {"rpm-not-admitted"}
    error = failure(report)
    assert error is not None
    assert error.exit_status == 5


def test_finds_a_manifest_that_says_something_else(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    snapshot = current_snapshot(farm.state)
    assert snapshot is not None
    emptied = replace(snapshot, repositories=())
    (farm.state.repositories / MANIFEST).write_bytes(encode(emptied))
    assert kinds(check(farm)) == {"rpm-unrecorded"}


def test_nothing_published_is_an_error(farm: FarmState) -> None:
    with pytest.raises(NothingPublishedError):
        check(farm)


class TestTreeAlone:
    def test_needs_no_ledger(self, farm: FarmState, rpms: SmallRpms) -> None:
        farm.judge("hello", [rpms.hello], rpms.hello_source)
        farm.publisher().publish(farm.compose())
        report = check_url_tree(farm.state.repositories, None)
        assert (report.packages, report.findings) == (2, ())
        append(RPM)(farm.state.repositories)
        assert failure(check_url_tree(farm.state.repositories, farm.state.public_key)) is not None

    def test_tree_without_repositories_is_not_in_order(self, farm: FarmState, rpms: SmallRpms, tmp_path: Path) -> None:
        farm.judge("hello", [rpms.hello], rpms.hello_source)
        farm.publisher().publish(farm.compose())
        (tmp_path / "empty").mkdir()
        assert kinds(check_url_tree(tmp_path / "empty", farm.state.public_key)) == {"no-repository"}

    def test_refuses_a_key_that_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("no key")
        with pytest.raises(PublicKeyError):
            check_url_tree(tmp_path, tmp_path / "key")
        with pytest.raises(PublicKeyError):
            check_url_tree(tmp_path, None)
