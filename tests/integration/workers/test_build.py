"""Builds with real rpmbuild, in the sandbox."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from builders.specs import c_program_spec, make_spec
from builders.workbench import SMALL, Workbench

from farm.build import BuildOutcome
from farm.built_facts import load_facts
from farm.clock import SystemClock
from farm.digest import Digest
from farm.store.artifact_store import StoreError
from farm.store.directory_store import DirectoryStore
from workers.build import BuildRequest, build_rpm
from workers.variation import further_variation, on_cpus

pytestmark = pytest.mark.integration


def test_c_program_has_the_same_bytes_in_every_surroundings(bench: Workbench) -> None:
    spec = c_program_spec()
    results = [
        bench.build(spec, component="hello", vary=lambda inputs, n=n: further_variation(inputs.build_id, n))  # type: ignore[misc]
        for n in range(4)
    ]
    assert [result.outcome for result in results] == [BuildOutcome.SUCCEEDED] * 4, bench.log(results[-1])
    assert {result.rpms for result in results} == {results[0].rpms}
    assert [rpm.nevra.name for rpm in results[0].rpms] == ["hello"]
    assert bench.store.has(results[0].rpms[0].digest)
    assert load_facts(bench.store, results[0].rpms[0].digest).nevra == results[0].rpms[0].nevra


def test_a_build_sees_the_surroundings_it_was_given(bench: Workbench) -> None:
    spec = make_spec(
        build='echo "clock $(date +%s)"; echo "host $(hostname)"; echo "who $(id -un) $HOME"; echo "cpus $(nproc)";'
        ' echo "zone $(date +%z)"; echo "locale $LC_ALL"; touch mark; echo "mark $(stat -c %Y mark)"'
    )
    result = bench.build(spec, vary=lambda inputs: further_variation(inputs.build_id, 1))
    said = dict(
        line.split(" ", 1) for line in bench.log(result).splitlines() if not line.startswith("+") and " " in line
    )
    varied = result.variation
    assert said["host"] == varied.hostname
    assert said["who"] == f"{varied.user} {varied.home}"
    assert said["cpus"] == "1"
    assert said["zone"] == "+1400"
    assert said["locale"] == varied.locale
    assert abs(int(said["clock"]) - int(said["mark"]) - varied.time_offset) <= 60


def test_the_cpus_of_its_place_reach_a_build_and_not_its_output(bench: Workbench) -> None:
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("this machine has a single CPU")
    spec = make_spec(build="echo flags %{?_smp_mflags} ncpus $RPM_BUILD_NCPUS")
    results = [
        bench.build(spec, vary=lambda inputs, n=n: on_cpus(further_variation(inputs.build_id, n), cpus=2, may_use=2))  # type: ignore[misc]
        for n in (0, 1)
    ]
    assert "\nflags -j2 ncpus 2\n" in bench.log(results[0])
    assert "\nflags -j1 ncpus 1\n" in bench.log(results[1])
    assert results[0].build_id == results[1].build_id
    assert results[0].rpms == results[1].rpms != ()


def test_makefile_that_was_touched_is_remade_once(bench: Workbench) -> None:
    """With a touched file in the future, make would start anew for ever."""
    makefile = r"all: ;@echo made\nMakefile: Makefile.in ; cp Makefile.in Makefile\n"
    build = f"printf '{makefile}' > Makefile.in; cp Makefile.in Makefile; sleep 0.1; touch Makefile.in; make"
    result = bench.build(
        make_spec(build=build),
        vary=lambda inputs: further_variation(inputs.build_id, 1),
        limits=replace(SMALL, seconds=20),
    )
    assert bench.log(result).count("\nmade\n") == 1
    assert result.outcome is BuildOutcome.SUCCEEDED


def test_epoch_of_the_inputs_dates_what_has_no_changelog(bench: Workbench) -> None:
    result = bench.build(make_spec(build="echo epoch $SOURCE_DATE_EPOCH", changelog=""))
    assert "\nepoch 1700000000\n" in bench.log(result)
    assert result.outcome is BuildOutcome.SUCCEEDED


def test_changelog_dates_what_has_one(bench: Workbench) -> None:
    result = bench.build(make_spec(build="echo epoch $SOURCE_DATE_EPOCH"))
    assert "\nepoch 1767571200\n" in bench.log(result)


def test_log_reaches_the_watcher_in_whole_lines(bench: Workbench) -> None:
    pieces: list[bytes] = []
    result = bench.build(make_spec(), sink=pieces.append)
    assert b"".join(pieces).decode() == bench.log(result)
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert result.seconds > result.rpmbuild_seconds > 0


def test_peaks_of_memory_and_disk_are_measured(bench: Workbench) -> None:
    """What is deleted before the end counts; so does what only lies in memory; what is cached does not."""
    holds = 'awk \'BEGIN { s = sprintf("%104857600s", ""); system("sleep 0.6"); print length(s) }\''
    writes = "dd if=/dev/zero of=big bs=1M count=60 status=none; sleep 0.6; rm big"
    result = bench.build(make_spec(build=f"{holds}; {writes}"))
    assert result.outcome is BuildOutcome.SUCCEEDED, bench.log(result)
    assert 100 <= result.memory_bytes >> 20 < 300
    assert 60 <= result.disk_bytes >> 20 < 100


def test_watcher_that_fails_does_not_end_the_build(bench: Workbench) -> None:
    def broken(piece: bytes) -> None:
        raise BrokenPipeError(str(len(piece)))

    assert bench.build(make_spec(), sink=broken).outcome is BuildOutcome.SUCCEEDED


def test_compiler_error_is_the_cause(bench: Workbench) -> None:
    result = bench.build(c_program_spec(source="echo 'int main(void) { return nothing; }' > hello.c\n"))
    assert result.outcome is BuildOutcome.FAILED
    assert result.rpms == ()
    assert result.cause is not None
    assert result.cause.category == "compiler"
    assert "undeclared" in result.cause.summary
    assert bench.log(result).splitlines()[result.cause.first_line - 1] == result.cause.lines[0]


def test_failing_check_fails_the_build(bench: Workbench) -> None:
    result = bench.build(make_spec(check='echo "FAIL: test-sum"; exit 1'))
    assert result.outcome is BuildOutcome.FAILED
    assert result.cause is not None
    assert (result.cause.category, result.cause.summary) == ("test", "%check: FAIL: test-sum")


def test_file_that_was_not_made_is_the_cause(bench: Workbench) -> None:
    result = bench.build(make_spec(files="/usr/share/absent"))
    assert result.cause is not None
    assert result.cause.category == "missing-file"
    assert "/usr/share/absent" in result.cause.summary


def test_package_without_files_is_no_success(bench: Workbench) -> None:
    result = bench.build(make_spec(install=":", files=""))
    assert result.outcome is BuildOutcome.FAILED
    assert result.cause is not None
    assert result.cause.category == "bad-output"


def test_another_clock_needs_libfaketime(bench: Workbench, tmp_path: Path) -> None:
    """What the worker lacks is the farm's fault, not the build's."""
    spec = make_spec()
    source_rpm = bench.source_rpm(spec)
    inputs = bench.inputs(source_rpm)
    request = BuildRequest(
        inputs=inputs, source_rpm=source_rpm, variation=further_variation(inputs.build_id, 1), limits=SMALL
    )
    result = build_rpm(
        request,
        root=tmp_path,
        store=bench.store,
        scratch=bench.scratch,
        worker="test",
        sink=None,
        clock=SystemClock(),
    )
    assert result.outcome is BuildOutcome.INFRA_ERROR
    assert result.cause is not None
    assert "libfaketime" in result.cause.summary


def test_store_that_fails_is_no_failure_of_the_build(bench: Workbench, tmp_path: Path) -> None:
    class FullStore(DirectoryStore):
        def put_file(self, path: Path) -> Digest:
            if path.suffix == ".rpm" and "src" not in path.name:
                raise StoreError("the store is full", why=path.name)
            return super().put_file(path)

    result = replace(bench, store=FullStore(tmp_path / "full")).build(make_spec())
    assert result.outcome is BuildOutcome.INFRA_ERROR
    assert result.cause is not None
    assert (result.cause.category, result.cause.summary) == ("infrastructure", "the store is full")


def test_disk_that_the_host_cannot_give_is_no_failure_of_the_build(bench: Workbench) -> None:
    result = bench.build(make_spec(), limits=replace(SMALL, disk_bytes=2**60))
    assert result.outcome is BuildOutcome.INFRA_ERROR
    assert result.cause is not None
    assert "not enough disk space" in result.cause.summary


def test_nothing_is_left_of_a_build(bench: Workbench) -> None:
    bench.build(make_spec(), vary=lambda inputs: further_variation(inputs.build_id, 0))
    assert list(bench.scratch.iterdir()) == []
    assert str(bench.scratch) not in Path("/proc/self/mounts").read_text()
