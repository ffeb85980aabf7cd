"""Builds that do what a build must not, in the real sandbox: each ends, and its cause is named."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from builders.specs import make_spec
from builders.workbench import SMALL, Workbench

from farm.build import BuildLimits, BuildOutcome, BuildResult

pytestmark = [pytest.mark.integration, pytest.mark.hostile]


def _failed(bench: Workbench, build: str, category: str, limits: BuildLimits = SMALL) -> BuildResult:
    result = bench.build(make_spec(build=build), limits=limits)
    assert result.cause is not None, bench.log(result)
    assert (result.outcome, result.cause.category) == (BuildOutcome.FAILED, category), bench.log(result)
    return result


def test_build_that_hangs_is_ended(bench: Workbench) -> None:
    began = time.monotonic()
    result = bench.build(make_spec(build="echo waiting; sleep 600"), limits=replace(SMALL, seconds=2))
    assert time.monotonic() - began < 100
    assert result.outcome is BuildOutcome.TIMED_OUT
    assert result.cause is not None
    assert result.cause.category == "timeout"
    assert result.cause.summary == "%build: still running after 2 seconds"
    assert "+ sleep 600" in result.cause.lines


def test_build_that_tries_the_network_is_told(bench: Workbench) -> None:
    _failed(bench, "bash -c 'exec 3<>/dev/tcp/192.0.2.1/80'", "network")


def test_build_that_writes_outside_its_directory_is_told(bench: Workbench) -> None:
    result = _failed(bench, "touch /usr/bin/planted", "read-only")
    assert not (bench.root / "usr/bin/planted").exists()
    assert result.cause is not None
    assert "/usr/bin/planted" in result.cause.summary


def test_build_that_forks_without_end_is_ended(bench: Workbench) -> None:
    bomb = "bomb() { bomb | bomb & }; bomb; sleep 2; bash -c ':' || exit 1; exit 1"
    _failed(bench, bomb, "process-limit", replace(SMALL, processes=64, seconds=30))


def test_build_that_fills_its_disk_is_ended(bench: Workbench) -> None:
    _failed(bench, "dd if=/dev/zero of=big bs=1M", "disk-full", replace(SMALL, disk_bytes=32 * 2**20))


def test_build_that_fills_its_disk_with_empty_files_is_ended(bench: Workbench) -> None:
    many = "for d in $(seq 40); do mkdir d$d; (cd d$d; seq 200 | xargs touch) || exit 1; done"
    _failed(bench, many, "disk-full", replace(SMALL, disk_bytes=16 * 2**20))


def test_build_that_takes_all_memory_is_ended(bench: Workbench) -> None:
    _failed(bench, "tail /dev/zero", "out-of-memory", replace(SMALL, memory_bytes=96 * 2**20))


def test_build_that_writes_without_end_is_ended(bench: Workbench) -> None:
    result = _failed(bench, "yes all work and no play", "log-limit")
    assert len(bench.store.read(result.log)) <= SMALL.log_bytes + 4096


@pytest.mark.parametrize(
    ("plant", "why"),
    [
        (
            "mkdir -p /builddir/mine; rm -rf /builddir/build/RPMS; ln -s ../mine /builddir/build/RPMS",
            "something else than a directory",
        ),
        ("mkdir -p $R; ln -s /etc/shadow $R/a-1-1.noarch.rpm", "something else than a plain file"),
        ("mkdir -p $R; echo no > $R/a-1-1.noarch.rpm", "is not a sound RPM"),
        ("mkdir -p $R; truncate -s 100M $R/a-1-1.noarch.rpm $R/b-1-1.noarch.rpm", "larger than"),
        ("mkdir -p $R; touch \"$R/$(printf 'a\\n-1-1.noarch.rpm')\"", "no name of an RPM"),
        ("mkdir -p $R; touch $R/notes.txt", "no name of an RPM"),
        ("mkdir -p $R; mkfifo $R/a-1-1.noarch.rpm", "something else than a plain file"),
    ],
)
def test_output_that_is_no_package_is_refused(bench: Workbench, plant: str, why: str) -> None:
    result = bench.build(make_spec(build=f"R=/builddir/build/RPMS/noarch; {plant}"))
    assert result.cause is not None, bench.log(result)
    said = "\n".join((result.cause.summary, *result.cause.lines))
    assert result.outcome is BuildOutcome.FAILED
    assert result.cause.category == "bad-output"
    assert why in said
    assert result.rpms == ()


def test_package_of_another_source_is_refused(bench: Workbench) -> None:
    """The build makes a second package with rpmbuild itself, which claims to come from elsewhere."""
    inner = make_spec("other").replace("%", "@@")
    plant = f"sed s/@@/%%/g > other.spec <<'SPEC'\n{inner}\nSPEC\nrpmbuild -bb --nodeps other.spec\n"
    result = bench.build(make_spec(build=plant))
    assert result.cause is not None, bench.log(result)
    assert result.cause.summary == "other-1-1.noarch.rpm says it was built from other-1-1.src.rpm"


def test_host_is_as_it_was(bench: Workbench) -> None:
    """Neither the macro file nor the accounts can be changed for whatever comes later in the same build."""
    build = "if echo '%_buildhost mine' > ~/.rpmmacros; then exit 1; fi; if echo x > /etc/passwd; then exit 1; fi"
    assert bench.build(make_spec(build=build)).outcome is BuildOutcome.SUCCEEDED
    assert not Path("/etc/planted").exists()
