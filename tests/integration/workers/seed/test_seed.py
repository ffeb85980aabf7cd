"""A whole seed from a signed archive of our own, through apt, the converter's sandbox and createrepo_c."""

import shutil
from pathlib import Path

import pytest
import structlog
from builders.debian_archive import DebianArchive
from builders.debs import Member
from builders.seed_bench import HELLO, LIBRARY, RecordingVoice

from farm.digest import digest_file
from farm.process import check
from workers.seed.installable import uninstallable
from workers.seed.manifest import Manifest
from workers.seed.pruning import prune_seed
from workers.seed.seed import Request, make_seed
from workers.seed.seed_paths import SeedPaths

pytestmark = pytest.mark.integration


def digests(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): digest_file(path) for path in sorted(directory.rglob("*")) if path.is_file()
    }


def query(rpm: Path, *arguments: str) -> list[str]:
    return check(["rpm", "-qp", *arguments, str(rpm)]).decode().splitlines()


@pytest.fixture
def made(request_of_hello: Request, paths: SeedPaths, archive: DebianArchive, voice: RecordingVoice) -> Manifest:
    assert archive.root.is_dir()
    return make_seed(request_of_hello, paths=paths, voice=voice.voice())


@pytest.fixture
def repository(made: Manifest, paths: SeedPaths) -> Path:
    return paths.repository(made.list_name, made.arch)


def test_the_closure_and_the_local_package_are_there(made: Manifest, repository: Path) -> None:
    assert [package.nevra for package in made.packages] == [
        "hello-2.0-1.noarch",
        "libhello-dev-1.5-0.noarch",
        "macros-1-1.noarch",
    ]
    assert [package.origin.package for package in made.packages] == ["hello", "libhello-dev", "macros.spec"]
    for package in made.packages:
        assert digest_file(repository / "Packages" / package.filename) == package.sha256
    assert uninstallable(repository, "x86_64") == []


def test_packages_say_in_fedoras_words_what_they_are(repository: Path) -> None:
    library = query(repository / "Packages/libhello-dev-1.5-0.noarch.rpm", "--provides")
    assert "greeting-devel = 1.5-0" in library
    assert "libhello-devel = 1.5-0" in library
    hello = repository / "Packages/hello-2.0-1.noarch.rpm"
    assert "libhello-dev >= 1.0" in query(hello, "--requires")
    assert "dpkg" not in query(hello, "--requires")
    assert "/bin/hello" in query(hello, "--provides")
    assert query(hello, "--queryformat", "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILENAMES}\\n]") == [
        "-rwxr-xr-x root /usr/bin/hello"
    ]


def test_nothing_changed_means_nothing_done(
    request_of_hello: Request, made: Manifest, paths: SeedPaths, archive: DebianArchive
) -> None:
    shutil.rmtree(archive.root)
    again = RecordingVoice()
    assert make_seed(request_of_hello, paths=paths, voice=again.voice()) == made
    assert again.said == []


def test_the_same_packages_give_the_same_bytes(
    request_of_hello: Request, made: Manifest, repository: Path, paths: SeedPaths
) -> None:
    before = digests(repository)
    shutil.rmtree(paths.pool)
    shutil.rmtree(paths.root / made.list_name)
    voice = RecordingVoice()
    make_seed(request_of_hello, paths=paths, voice=voice.voice())
    assert voice.converted == 2
    assert digests(repository) == before


def test_only_what_is_new_is_converted_and_the_old_repository_stays_for_its_readers(
    request_of_hello: Request, made: Manifest, repository: Path, paths: SeedPaths, archive: DebianArchive
) -> None:
    before = repository.resolve()
    archive.publish(HELLO, (LIBRARY[0], {"Version": "1.6"}, LIBRARY[2]))
    voice = RecordingVoice()
    changed = make_seed(request_of_hello, paths=paths, voice=voice.voice(), update=True)
    assert voice.converted == 1
    assert [package.nevra for package in changed.packages][:2] == ["hello-2.0-1.noarch", "libhello-dev-1.6-0.noarch"]
    assert changed.packages[0] == made.packages[0]
    assert repository.resolve() != before
    assert (before / "seed.json").is_file()


def test_a_damaged_package_is_reported_and_converted_again(
    request_of_hello: Request, made: Manifest, repository: Path, paths: SeedPaths
) -> None:
    before = digests(repository)
    rpm = repository / "Packages" / made.packages[0].filename
    rpm.write_bytes(rpm.read_bytes()[:-1] + b"x")
    voice = RecordingVoice()
    with structlog.testing.capture_logs() as logs:
        assert make_seed(request_of_hello, paths=paths, voice=voice.voice()) == made
    assert voice.converted == 1
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == [
        "the seed repository is damaged and is made again",
        "a cached package is damaged and is converted again",
    ]
    assert digests(repository) == before


def test_damaged_metadata_is_made_again(request_of_hello: Request, repository: Path, paths: SeedPaths) -> None:
    before = digests(repository)
    (repository / "repodata" / "repomd.xml").write_text("")
    make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice())
    assert digests(repository) == before


def test_a_damaged_download_is_fetched_again(
    request_of_hello: Request, made: Manifest, paths: SeedPaths, repository: Path
) -> None:
    (paths.debs / "hello_2.0-1_all.deb").write_bytes(b"no deb")
    shutil.rmtree(repository.parent)
    with structlog.testing.capture_logs() as logs:
        assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()) == made
    assert "a downloaded package is damaged and is fetched again" in [log["event"] for log in logs]


def test_an_interrupted_conversion_goes_on_from_there(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive
) -> None:
    archive.publish(HELLO, LIBRARY)

    class ImpatientVoice(RecordingVoice):
        def _progress(self, done: int, _total: int) -> None:
            raise KeyboardInterrupt(done)

    with pytest.raises(KeyboardInterrupt):
        make_seed(request_of_hello, paths=paths, voice=ImpatientVoice().voice())
    kept = len(list(paths.pool.glob("*.json")))
    assert kept
    assert not paths.repository("small", "x86_64").exists()
    voice = RecordingVoice()
    make_seed(request_of_hello, paths=paths, voice=voice.voice())
    assert voice.converted == 2 - kept
    assert list(paths.scratch.iterdir()) == []


def test_a_foreign_architecture_shares_what_is_for_all(
    request_of_hello: Request, made: Manifest, paths: SeedPaths
) -> None:
    from dataclasses import replace  # noqa: PLC0415 - this test alone changes a request

    from farm.arch import arch_named  # noqa: PLC0415 - likewise

    voice = RecordingVoice()
    foreign = make_seed(replace(request_of_hello, arch=arch_named("aarch64")), paths=paths, voice=voice.voice())
    assert voice.converted == 0
    assert [package.sha256 for package in foreign.packages] == [package.sha256 for package in made.packages]


def test_a_file_that_two_lists_share_is_stored_once(made: Manifest, repository: Path, paths: SeedPaths) -> None:
    package = made.packages[0]
    in_pool = paths.pool / f"{package.key}.rpm"
    assert (repository / "Packages" / package.filename).stat().st_ino == in_pool.stat().st_ino


def test_a_package_that_cannot_be_installed_is_named(
    request_of_hello: Request, paths: SeedPaths, archive: DebianArchive
) -> None:
    broken = (HELLO[0], HELLO[1], [Member(name="./usr/bin/hello", content=b"#!/opt/none\n", mode=0o755)])
    archive.publish(broken, LIBRARY)
    manifest = make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice())
    (found,) = uninstallable(paths.repository(manifest.list_name, manifest.arch), "x86_64")
    assert found.nevra == "hello-2.0-1.noarch"
    assert "/opt/none" in found.problem


def test_what_nothing_is_made_of_any_more_can_be_removed(
    request_of_hello: Request, made: Manifest, paths: SeedPaths, archive: DebianArchive
) -> None:
    assert prune_seed(paths) == ()
    for version in ("1.6", "1.7"):
        archive.publish(HELLO, (LIBRARY[0], {"Version": version}, LIBRARY[2]))
        made = make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice(), update=True)
    # 1.5 is in no repository; 1.6 is in the one before, which a reader may still be at.
    expected = prune_seed(paths, dry_run=True)
    assert [path.name for path in expected if path.suffix == ".deb"] == ["libhello-dev_1.5_all.deb"]
    assert sorted(path.suffix for path in expected) == [".deb", ".json", ".rpm"]
    assert all(path.exists() for path in expected)
    assert prune_seed(paths) == expected
    assert not any(path.exists() for path in expected)
    assert make_seed(request_of_hello, paths=paths, voice=RecordingVoice().voice()) == made
