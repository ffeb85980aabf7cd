"""The sandbox that rpm programs run in."""

from pathlib import Path

import pytest
from builders.builds import digest

from farm.build import BuildLimits, Variation
from farm.sandbox.sandbox import Limits, Sandbox
from workers.build_sandbox import PLAIN, MissingFakeTimeError, build_sandbox, sandbox_limits, target
from workers.policy_macros import POLICY
from workers.variation import further_variation, user_id

BUILD = digest("a build")
STARTED = 1_795_222_800


def _root(tmp_path: Path, *, triplet: str = "x86_64-linux-gnu", accounts: bool = True) -> Path:
    library = tmp_path / f"root/usr/lib/{triplet}/faketime/libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    (tmp_path / "root/etc").mkdir()
    for name in ("passwd", "group") if accounts else ():
        (tmp_path / "root/etc" / name).touch()
    (tmp_path / "own").mkdir()
    return tmp_path / "root"


def _sandbox(tmp_path: Path, root: Path, variation: Variation, arch: str = "x86_64") -> Sandbox:
    return build_sandbox(
        root, own=tmp_path / "own", arch=arch, variation=variation, limits=Limits(), binds=(), started=STARTED
    )


def test_farms_macros_lie_in_the_build_users_home(tmp_path: Path) -> None:
    sandbox = _sandbox(tmp_path, _root(tmp_path), further_variation(BUILD, 0))
    macros = next(bind for bind in sandbox.binds if bind.target == "/builddir/builder/.rpmmacros")
    assert macros.source.read_text() == POLICY
    assert not macros.writable
    assert dict(sandbox.environment)["HOME"] == "/builddir/builder"


def test_surroundings_are_those_of_the_variation(tmp_path: Path) -> None:
    varied = further_variation(BUILD, 1)
    sandbox = _sandbox(tmp_path, _root(tmp_path), varied)
    environment = dict(sandbox.environment)
    assert (sandbox.hostname, sandbox.umask, sandbox.cpus) == (varied.hostname, varied.umask, varied.cpus)
    assert sandbox.uid == sandbox.gid == user_id(varied)
    assert (environment["TZ"], environment["LC_ALL"], environment["LANG"]) == (varied.timezone, "C", "C")
    assert (environment["USER"], environment["LOGNAME"], environment["HOME"]) == ("verifier", "verifier", varied.home)
    assert environment["FARM_VARIATION"]
    assert f"verifier:x:{sandbox.uid}:{sandbox.gid}:verifier:{varied.home}" in (tmp_path / "own/passwd").read_text()


@pytest.mark.parametrize(("arch", "triplet"), [("x86_64", "x86_64-linux-gnu"), ("aarch64", "aarch64-linux-gnu")])
def test_clock_starts_elsewhere_and_files_keep_theirs(tmp_path: Path, arch: str, triplet: str) -> None:
    varied = further_variation(BUILD, 1)
    environment = dict(_sandbox(tmp_path, _root(tmp_path, triplet=triplet), varied, arch).environment)
    assert environment["FAKETIME"] == f"@{STARTED + varied.time_offset}"
    assert environment["LD_PRELOAD"] == f"/usr/lib/{triplet}/faketime/libfaketime.so.1"
    assert environment["NO_FAKE_STAT"] == "1"


def test_plain_clock_needs_no_library(tmp_path: Path) -> None:
    environment = dict(_sandbox(tmp_path, _root(tmp_path), further_variation(BUILD, 0)).environment)
    assert "LD_PRELOAD" not in environment
    assert "FAKETIME" not in environment


def test_clock_that_the_buildroot_cannot_give_is_the_farms_fault(tmp_path: Path) -> None:
    root = _root(tmp_path, triplet="other-linux-gnu")
    with pytest.raises(MissingFakeTimeError) as caught:
        _sandbox(tmp_path, root, further_variation(BUILD, 1))
    assert caught.value.exit_status == 8
    assert "libfaketime" in caught.value.hint


def test_root_without_accounts_is_used_as_it_is(tmp_path: Path) -> None:
    sandbox = _sandbox(tmp_path, _root(tmp_path, accounts=False), PLAIN)
    assert [bind.target for bind in sandbox.binds] == [f"{PLAIN.home}/.rpmmacros"]


def test_limits_of_a_build_are_those_of_its_sandbox() -> None:
    limits = sandbox_limits(BuildLimits(seconds=1, memory_bytes=2, disk_bytes=3, processes=4, log_bytes=5))
    assert limits == Limits(seconds=1, memory_bytes=2, processes=4, file_bytes=3, output_bytes=5)


def test_target_names_no_cpu_of_the_machine() -> None:
    assert target("x86_64") == "x86_64-linux"
