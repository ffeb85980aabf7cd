from pathlib import Path

import pytest

from farm.sandbox.cgroup import ControlGroup, GroupLimits, Stops, _write_limits

LIMITS = GroupLimits(memory_bytes=4096, processes=9)


def group(directory: Path, **files: str) -> ControlGroup:
    for name, text in files.items():
        (directory / name.replace("__", ".")).write_text(text)
    return ControlGroup(directories=(directory,))


def test_nothing_was_stopped(tmp_path: Path) -> None:
    made = group(tmp_path, memory__events="low 0\noom 0\noom_kill 0\n", pids__events="max 0\n")
    assert made.stops() == Stops()


@pytest.mark.parametrize("name", ["memory__events", "memory__oom_control"])
def test_a_kill_for_lack_of_memory_is_seen_in_both_versions(tmp_path: Path, name: str) -> None:
    assert group(tmp_path, **{name: "under_oom 0\noom_kill 2\n"}).stops() == Stops(out_of_memory=True)


def test_a_refused_process_is_seen(tmp_path: Path) -> None:
    assert group(tmp_path, pids__events="max 3\n").stops() == Stops(out_of_processes=True)


def test_limits_of_version_2(tmp_path: Path) -> None:
    for name in ("memory.max", "memory.swap.max", "pids.max"):
        (tmp_path / name).touch()
    _write_limits(tmp_path, 2, ("memory", "pids"), LIMITS)
    assert (tmp_path / "memory.max").read_text() == "4096"
    assert (tmp_path / "memory.swap.max").read_text() == "0"
    assert (tmp_path / "pids.max").read_text() == "9"


def test_a_kernel_without_swap_accounting_has_no_file_for_it(tmp_path: Path) -> None:
    (tmp_path / "memory.limit_in_bytes").touch()
    _write_limits(tmp_path, 1, ("memory",), LIMITS)
    assert (tmp_path / "memory.limit_in_bytes").read_text() == "4096"
    assert not (tmp_path / "memory.memsw.limit_in_bytes").exists()


def test_a_process_enters_every_directory_of_a_group(tmp_path: Path) -> None:
    made = ControlGroup(directories=(tmp_path / "a", tmp_path / "b"))
    assert made.entrances == (str(tmp_path / "a/cgroup.procs"), str(tmp_path / "b/cgroup.procs"))
