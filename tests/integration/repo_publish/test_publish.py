"""Publishing with the real signer process, gpg, rpmkeys and createrepo_c."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import createrepo_c
import pytest
from builders.builds import digest
from builders.farm_state import FarmState
from builders.projects import write_tiny_project
from builders.rpms import SmallRpms

from farm.digest import digest_file
from farm.errors import FarmError
from farm.node_inputs import load_inputs, save_inputs
from farm.project.farm_settings import Waiver
from farm.verdict import VerdictStatus
from repo_publish import publish
from repo_publish.assemble import assemble
from repo_publish.check import check_published
from repo_publish.choice import Built
from repo_publish.lock import PublishBusyError, sole_publisher
from repo_publish.publish import NothingToPublishError
from repo_publish.published import current_snapshot
from repo_publish.retention import needed_blobs, remove_superfluous
from repo_publish.rollback import NoSuchSnapshotError, WithdrawnError, rollback
from repo_publish.signer.errors import NotAdmittedError

pytestmark = pytest.mark.integration


def tree(root: Path) -> dict[str, str]:
    """Return the digest of each file below a directory."""
    root = root.resolve()
    return {path.relative_to(root).as_posix(): digest_file(path) for path in root.rglob("*") if path.is_file()}


def locations(farm: FarmState, repository: str) -> list[str]:
    """Return what the metadata of a published repository lists, read by createrepo_c."""
    reader = createrepo_c.RepositoryReader.from_path(str(farm.state.repositories / repository))
    return sorted(package.location_href for package in reader.parse_packages()[0].values())


def assert_sound(farm: FarmState) -> None:
    assert check_published(farm.state, farm.ledger, farm.authority()).findings == ()
    names = sorted(path.name for path in farm.state.snapshots.iterdir())
    assert not [name for name in names if name.startswith(".")]
    assert not list(farm.state.root.glob(".repo-*"))


def test_published_tree_is_complete_and_sound(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.judge("text", [rpms.text], rpms.text_source)
    report = farm.publisher().publish(farm.compose())
    assert (report.changed, report.packages, report.repositories) == (True, 4, 2)
    assert locations(farm, "base/x86_64") == ["Packages/h/hello-1-1.x86_64.rpm", "Packages/t/text-1-1.noarch.rpm"]
    assert locations(farm, "base/source") == ["Packages/h/hello-1-1.src.rpm", "Packages/t/text-1-1.src.rpm"]
    repo = (farm.state.repositories / "farm.repo").read_text()
    assert "[demo-base]" in repo
    assert "repo_gpgcheck=1" in repo
    assert (farm.state.repositories / "RPM-GPG-KEY-farm").read_text() == farm.state.public_key.read_text()
    (publication,) = farm.ledger.publications()
    assert (publication.snapshot, len(publication.packages)) == (report.snapshot, 4)
    assert_sound(farm)


def test_nothing_changed_publishes_nothing(farm: FarmState, rpms: SmallRpms, monkeypatch: pytest.MonkeyPatch) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    first = farm.publisher().publish(farm.compose())
    monkeypatch.setattr(publish, "signer", pytest.fail)
    again = farm.publisher().publish(farm.compose())
    assert (again.changed, again.snapshot) == (False, first.snapshot)


@pytest.mark.parametrize("spoiled", ["Packages/h/hello-1-1.x86_64.rpm", "repodata/repomd.xml"])
def test_damaged_tree_is_made_anew(farm: FarmState, rpms: SmallRpms, spoiled: str) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    (farm.state.repositories / "base/x86_64" / spoiled).write_bytes(b"spoiled")
    assert farm.publisher().publish(farm.compose()).changed
    assert_sound(farm)


def test_new_version_keeps_old_metadata_reachable_and_links_what_stays(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.judge("text", [rpms.text], rpms.text_source)
    farm.publisher().publish(farm.compose())
    repodata = farm.state.repositories / "base/x86_64/repodata"
    old_files = {path.name for path in repodata.iterdir()} - {"repomd.xml", "repomd.xml.asc"}
    text = farm.state.repositories / "base/x86_64/Packages/t/text-1-1.noarch.rpm"
    inode = text.stat().st_ino
    farm.judge("hello", [rpms.hello2], rpms.hello2_source)
    farm.publisher().publish(farm.compose())
    assert old_files < {path.name for path in repodata.iterdir()}
    assert text.stat().st_ino == inode
    assert locations(farm, "base/x86_64") == ["Packages/h/hello-2-1.x86_64.rpm", "Packages/t/text-1-1.noarch.rpm"]
    assert_sound(farm)


def test_repository_that_did_not_change_keeps_its_metadata(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("text", [rpms.text], rpms.text_source)
    farm.publisher().publish(farm.compose())
    repomd = (farm.state.repositories / "base/x86_64/repodata/repomd.xml").read_bytes()
    farm.judge("text", [rpms.text], rpms.text_source, arch="aarch64")
    farm.publisher().publish(farm.compose())
    assert (farm.state.repositories / "base/x86_64/repodata/repomd.xml").read_bytes() == repomd
    assert locations(farm, "base/aarch64") == ["Packages/t/text-1-1.noarch.rpm"]
    assert_sound(farm)


def test_repository_that_lost_its_last_package_stays_empty(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("text", [rpms.text], rpms.text_source)
    farm.publisher().publish(farm.compose())
    farm.candidates.clear()
    assert farm.publisher().publish(farm.compose()).packages == 0
    assert locations(farm, "base/x86_64") == []
    assert_sound(farm)


def test_unreproducible_package_is_kept_out(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source, status=VerdictStatus.UNREPRODUCIBLE)
    with pytest.raises(NothingToPublishError):
        farm.publisher().publish(farm.compose())
    farm.judge("text", [rpms.text], rpms.text_source)
    farm.publisher().publish(farm.compose())
    assert locations(farm, "base/x86_64") == ["Packages/t/text-1-1.noarch.rpm"]


def test_signer_does_not_believe_a_compose(farm: FarmState, rpms: SmallRpms) -> None:
    verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
    composed = farm.compose()
    farm.record(replace(verdict, status=VerdictStatus.UNREPRODUCIBLE))
    with pytest.raises(NotAdmittedError):
        farm.publisher().publish(composed)
    assert not farm.state.repositories.exists()


def test_waiver_of_the_project_lets_the_first_build_through(farm: FarmState, rpms: SmallRpms, tmp_path: Path) -> None:
    project = waived_project(tmp_path / "project", until="2999-01-01")
    farm.waivers.append(Waiver(component="hello", arch="", reason="known clock", until=date(2999, 1, 1)))
    farm.judge("hello", [rpms.hello], rpms.hello_source, status=VerdictStatus.UNREPRODUCIBLE)
    farm.publisher(project).publish(farm.compose())
    assert locations(farm, "base/x86_64") == ["Packages/h/hello-1-1.x86_64.rpm"]
    snapshot = current_snapshot(farm.state)
    assert snapshot is not None
    assert {package.waived for each in snapshot.repositories for package in each.packages} == {"known clock"}
    assert_sound(farm)
    farm.waivers.clear()
    assert check_published(farm.state, farm.ledger, farm.authority()).findings


def test_same_bytes_of_a_better_build_take_the_place_of_a_withdrawn_one(farm: FarmState, rpms: SmallRpms) -> None:
    verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
    first = farm.publisher().publish(farm.compose())
    inputs = load_inputs(farm.store, verdict.build_id)
    assert inputs is not None
    again = replace(inputs, build=replace(inputs.build, buildroot=digest("another buildroot")))
    save_inputs(farm.store, again)
    rebuilt = replace(verdict, build_id=again.build.build_id)
    farm.record(rebuilt)
    ((key, candidate),) = farm.candidates.items()
    farm.candidates[key] = replace(candidate, newest=Built(verdict=rebuilt, source=inputs.source_rpm))
    assert not farm.publisher().publish(farm.compose()).changed
    farm.record(replace(verdict, status=VerdictStatus.UNREPRODUCIBLE))
    second = farm.publisher().publish(farm.compose())
    assert (second.changed, second.snapshot == first.snapshot) == (True, False)
    assert_sound(farm)


def test_signer_reads_waivers_itself(farm: FarmState, rpms: SmallRpms, tmp_path: Path) -> None:
    project = waived_project(tmp_path / "project", until="2001-01-01")
    farm.waivers.append(Waiver(component="hello", arch="", reason="known clock", until=date(2999, 1, 1)))
    farm.judge("hello", [rpms.hello], rpms.hello_source, status=VerdictStatus.UNREPRODUCIBLE)
    with pytest.raises(NotAdmittedError, match="waiver-expired"):
        farm.publisher(project).publish(farm.compose())


def waived_project(root: Path, *, until: str) -> Path:
    waiver = f'[[waivers]]\ncomponent = "hello"\nreason = "known clock"\nuntil = {until}\n'
    return write_tiny_project(root, "hello", farm=waiver)


class TestRollback:
    def test_goes_back_and_forth(self, farm: FarmState, rpms: SmallRpms) -> None:
        farm.judge("hello", [rpms.hello], rpms.hello_source)
        first = farm.publisher().publish(farm.compose()).snapshot
        before = tree(farm.state.repositories)
        farm.judge("hello", [rpms.hello2], rpms.hello2_source)
        second = farm.publisher().publish(farm.compose()).snapshot
        assert rollback(farm.state, farm.ledger, farm.authority()).name == first
        assert tree(farm.state.repositories) == before
        assert_sound(farm)
        assert rollback(farm.state, farm.ledger, farm.authority(), to=second).name == second
        assert locations(farm, "base/x86_64") == ["Packages/h/hello-2-1.x86_64.rpm"]

    def test_refuses_what_is_not_there(self, farm: FarmState, rpms: SmallRpms) -> None:
        with pytest.raises(NoSuchSnapshotError):
            rollback(farm.state, farm.ledger, farm.authority())
        farm.judge("hello", [rpms.hello], rpms.hello_source)
        farm.publisher().publish(farm.compose())
        for name in (None, "000099-000000000000", "../../etc"):
            with pytest.raises(NoSuchSnapshotError):
                rollback(farm.state, farm.ledger, farm.authority(), to=name)

    def test_refuses_what_was_withdrawn(self, farm: FarmState, rpms: SmallRpms) -> None:
        verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
        farm.publisher().publish(farm.compose())
        farm.judge("hello", [rpms.hello2], rpms.hello2_source)
        second = farm.publisher().publish(farm.compose()).snapshot
        farm.record(replace(verdict, status=VerdictStatus.UNREPRODUCIBLE))
        with pytest.raises(WithdrawnError, match="may not be published"):
            rollback(farm.state, farm.ledger, farm.authority())
        assert farm.state.repositories.resolve().name == second


class InjectedError(Exception):
    pass


def fail(*_: object, **__: object) -> None:
    raise InjectedError


@pytest.mark.parametrize("step", ["sign_compose", "assemble", "check_tree", "sync", "flip", "publication_of"])
def test_failure_at_any_step_leaves_a_whole_state(
    step: str, farm: FarmState, rpms: SmallRpms, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    farm.publisher().publish(farm.compose())
    before = tree(farm.state.repositories)
    farm.judge("hello", [rpms.hello2], rpms.hello2_source)
    with monkeypatch.context() as patch:
        patch.setattr(publish, step, fail)
        with pytest.raises(InjectedError):
            farm.publisher().publish(farm.compose())
    flipped = step == "publication_of"
    assert (tree(farm.state.repositories) == before) is not flipped
    report = farm.publisher().publish(farm.compose())
    assert report.changed is not flipped
    assert farm.ledger.publications()[0].snapshot == report.snapshot
    assert len(list(farm.state.snapshots.iterdir())) == 2
    assert_sound(farm)


def test_tree_that_is_not_in_order_is_not_published(
    farm: FarmState, rpms: SmallRpms, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)

    def spoiled(snapshot: object, metadata: object, target: Path, **rest: object) -> None:
        assemble(snapshot, metadata, target, **rest)  # type: ignore[arg-type] # passed on
        rpm = next(target.rglob("hello-1-1.x86_64.rpm"))
        rpm.write_bytes(rpm.read_bytes() + b"more")

    monkeypatch.setattr(publish, "assemble", spoiled)
    with pytest.raises(publish.UnsoundTreeError):
        farm.publisher().publish(farm.compose())
    assert not farm.state.repositories.exists()


def test_only_one_publishes_at_a_time(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    with sole_publisher(farm.state), pytest.raises(PublishBusyError):
        farm.publisher().publish(farm.compose())


def test_edited_blob_is_not_published(farm: FarmState, rpms: SmallRpms) -> None:
    verdict = farm.judge("hello", [rpms.hello], rpms.hello_source)
    (blob,) = [path for path in farm.state.store.rglob(verdict.rpms[0].digest) if path.is_file()]
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    with pytest.raises(FarmError) as error:
        farm.publisher().publish(farm.compose())
    assert error.value.exit_status == 8
    assert "STO003" in error.value.why
    assert not farm.state.repositories.exists()


def test_retention_never_drops_what_is_published(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    first = farm.publisher().publish(farm.compose()).snapshot
    farm.judge("hello", [rpms.hello2], rpms.hello2_source)
    second = farm.publisher().publish(farm.compose()).snapshot
    farm.judge("text", [rpms.text], rpms.text_source)
    third = farm.publisher().publish(farm.compose()).snapshot
    rollback(farm.state, farm.ledger, farm.authority(), to=first)
    with sole_publisher(farm.state):
        assert remove_superfluous(farm.state, keep=1) == [second]
    assert sorted(path.name for path in farm.state.snapshots.iterdir()) == [first, third]
    assert {digest_file(rpms.hello), digest_file(rpms.text_source)} <= needed_blobs(farm.state)
    assert_sound(farm)


def test_files_are_readable_whatever_the_umask(farm: FarmState, rpms: SmallRpms) -> None:
    farm.judge("hello", [rpms.hello], rpms.hello_source)
    old = os.umask(0o077)
    try:
        farm.publisher().publish(farm.compose())
    finally:
        os.umask(old)
    root = farm.state.repositories.resolve()
    assert {path.stat().st_mode & 0o777 for path in root.rglob("*") if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in (root, *root.rglob("*")) if path.is_dir()} == {0o755}
    assert farm.state.signer.stat().st_mode & 0o777 == 0o700
