"""Mirrors, packages and disks that fail: an error of ours, nothing half-made, and the next run goes on."""

import shutil
import tarfile
from pathlib import Path

import pytest
from builders.debian_archive import SUITE, DebianArchive, debian_archive
from builders.debs import Member, control, deb
from builders.seed_bench import HELLO, LIBRARY, SPEC, RecordingVoice

from farm.errors import FarmError
from workers.seed import converter_sandbox
from workers.seed.package_list import read_list
from workers.seed.seed import Request, make_seed, read_request
from workers.seed.seed_error import ConversionFailedError, MirrorError, SeedError, UnknownPackageError
from workers.seed.seed_paths import SeedPaths

pytestmark = [pytest.mark.integration, pytest.mark.hostile]


def refused(request: Request, paths: SeedPaths, kind: type[FarmError]) -> FarmError:
    """Make the seed, expecting an error; nothing may look like a repository afterwards."""
    with pytest.raises(kind) as caught:
        make_seed(request, paths=paths, voice=RecordingVoice().voice())
    assert not paths.repository("small", "x86_64").exists()
    return caught.value


def test_a_mirror_that_is_down(request_of_hello: Request, paths: SeedPaths, archive: DebianArchive) -> None:
    away = archive.root.with_name("away")
    archive.root.rename(away)
    error = refused(request_of_hello, paths, MirrorError)
    assert error.exit_status == 8
    assert error.hint
    away.rename(archive.root)
    assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()).packages


def test_a_mirror_that_goes_down_after_the_index(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive
) -> None:
    lost = next((archive.root / "pool").glob("hello*.deb"))
    away = lost.rename(archive.root / "away.deb")
    refused(request_of_hello, paths, MirrorError)
    assert (paths.debs / "libhello-dev_1.5_all.deb").is_file()
    away.rename(lost)
    assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()).packages


def test_an_index_that_debian_has_not_signed(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive, tmp_path: Path
) -> None:
    other = debian_archive(tmp_path / "o")
    other.publish(HELLO, LIBRARY)
    place = f"dists/{SUITE}/InRelease"
    shutil.copy(other.root / place, archive.root / place)
    assert "NO_PUBKEY" in refused(request_of_hello, paths, MirrorError).why


def test_an_index_that_was_edited(request_of_hello: Request, paths: SeedPaths, archive: DebianArchive) -> None:
    index = archive.root / "dists" / SUITE / "main/binary-amd64/Packages"
    index.write_bytes(index.read_bytes().replace(b"hello", b"hallo"))
    refused(request_of_hello, paths, MirrorError)


def test_a_package_that_was_edited(request_of_hello: Request, paths: SeedPaths, archive: DebianArchive) -> None:
    package = next((archive.root / "pool").glob("hello*.deb"))
    package.write_bytes(package.read_bytes()[:-1] + b"x")
    refused(request_of_hello, paths, MirrorError)


def test_a_package_that_the_suite_lacks(paths: SeedPaths, archive: DebianArchive, request_of_hello: Request) -> None:
    archive.publish(LIBRARY)
    error = refused(request_of_hello, paths, UnknownPackageError)
    assert "hello" in error.why
    assert error.exit_status == 6


def test_a_dependency_that_the_suite_lacks(paths: SeedPaths, archive: DebianArchive, request_of_hello: Request) -> None:
    archive.publish(HELLO)
    assert "libhello-dev" in refused(request_of_hello, paths, UnknownPackageError).why


@pytest.mark.parametrize(
    ("member", "words"),
    [
        (Member(name="../../evil"), "leaves the root"),
        (Member(name="./dev/sda", kind=tarfile.BLKTYPE), "device"),
        (Member(name="./usr/%{lua:os.exit(1)}"), ""),
    ],
)
def test_a_hostile_package_is_named_and_the_others_are_kept(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive, member: Member, words: str
) -> None:
    archive.publish((HELLO[0], HELLO[1], [member]), LIBRARY)
    if not words:
        assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()).packages
        return
    error = refused(request_of_hello, paths, ConversionFailedError)
    assert "hello_2.0-1_all.deb" in error.why
    assert words in error.why
    assert len(list(paths.pool.glob("*.rpm"))) == 1


def test_a_package_that_is_no_archive(request_of_hello: Request, paths: SeedPaths, archive: DebianArchive) -> None:
    """The index believes in it, so only the converter can tell."""
    path = archive.root / "pool" / "hello_2.0-1_all.deb"
    text = control(*HELLO[:1], **HELLO[1])
    whole = deb(path, [Member(name="./usr/share/x", content=bytes(10_000))], control_text=text).read_bytes()
    path.write_bytes(whole[:-100])
    archive.index_again()
    assert "hello_2.0-1_all.deb" in refused(request_of_hello, paths, ConversionFailedError).why


def test_a_full_disk_while_converting(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.publish((HELLO[0], HELLO[1], [Member(name="./usr/share/x", content=bytes(4_000_000))]), LIBRARY)
    with monkeypatch.context() as patch:
        patch.setattr(converter_sandbox, "_WORKSPACE_BYTES", 2**21)
        assert "no space" in refused(request_of_hello, paths, SeedError).what
    assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()).packages


def test_a_local_package_that_does_not_build(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive, tmp_path: Path
) -> None:
    assert archive.root.is_dir()
    spec = tmp_path / "local" / "macros.spec"
    spec.write_text(SPEC.replace("install -D", "echo the disk is lava; exit 3; install -D"))
    request = read_request(read_list(tmp_path / "small.toml"), request_of_hello.arch)
    assert "the disk is lava" in refused(request, paths, ConversionFailedError).why


def test_a_cache_that_cannot_be_written(request_of_hello: Request, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SeedError, match="cannot write"):
        make_seed(request_of_hello, paths=SeedPaths(root=tmp_path / "file" / "cache"), voice=RecordingVoice().voice())
