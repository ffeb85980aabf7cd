import errno
import os
from pathlib import Path, PurePosixPath

import pytest

from farm.sandbox.cgroup import (
    ControlGroup,
    GroupLimits,
    Stops,
    _kill,
    _Parent,
    _parent,
    _remove_stale,
    _write_limits,
    control_group,
)
from farm.sandbox.cgroup_layout import Hierarchy
from farm.sandbox.errors import CgroupError

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


def test_memory_in_use_is_that_which_no_file_holds(tmp_path: Path) -> None:
    stat = "cache 900\nrss 70\ninactive_anon 30\nactive_anon 40\ninactive_file 500\nactive_file 400\nunevictable 2\n"
    (tmp_path / "memory.stat").write_text(stat)
    assert ControlGroup(directories=(tmp_path / "pids", tmp_path)).memory_bytes() == 72


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


def version_2(top: Path, own: Path) -> Hierarchy:
    return Hierarchy(
        version=2,
        mount_point=PurePosixPath(top),
        own=PurePosixPath(own),
        controllers=("memory", "pids"),
    )


def make_group(directory: Path, has: str, gives: str) -> Path:
    directory.mkdir(exist_ok=True)
    (directory / "cgroup.controllers").write_text(has)
    (directory / "cgroup.subtree_control").write_text(gives)
    return directory


def test_version_2_takes_the_nearest_group_that_gives_controllers(tmp_path: Path) -> None:
    top = make_group(tmp_path, "cpu memory pids", "memory pids")
    slice_ = make_group(top / "farm.slice", "cpu memory pids", "memory pids")
    service = make_group(slice_ / "farm.service", "memory", "")
    found = _parent(version_2(top, service))
    assert found is not None
    assert found.directory == slice_


def test_version_2_asks_for_controllers_that_are_not_given_yet(tmp_path: Path) -> None:
    top = make_group(tmp_path, "cpu memory pids", "cpu pids")
    found = _parent(version_2(top, top))
    assert found is not None
    assert (top / "cgroup.subtree_control").read_text() == "+memory"


def test_a_group_with_processes_cannot_give_and_the_one_above_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = make_group(tmp_path, "memory pids", "memory pids")
    own = make_group(top / "own", "memory pids", "")
    write = Path.write_text

    def busy(path: Path, text: str) -> int:
        if path.parent == own:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", busy)
    found = _parent(version_2(top, own))
    assert found is not None
    assert found.directory == top


def test_never_above_what_is_mounted(tmp_path: Path) -> None:
    make_group(tmp_path, "memory pids", "memory pids")
    top = make_group(tmp_path / "mounted", "cpu", "")
    assert _parent(version_2(top, top)) is None


def test_a_group_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = _Parent(version=2, directory=tmp_path / "gone", controllers=("memory", "pids"))
    monkeypatch.setattr("farm.sandbox.cgroup._parents", lambda: (gone,))
    with pytest.raises(CgroupError) as caught, control_group(LIMITS):
        pytest.fail("it was made")
    assert caught.value.code == "SBX003"


def test_groups_of_dead_processes_are_removed_and_others_kept(tmp_path: Path) -> None:
    here = os.stat("/proc/self/ns/pid").st_ino  # noqa: PTH116 - the link is followed
    dead = tmp_path / f"farm-sandbox-{here}-{2**22 + 1}-aa"
    kept = [
        tmp_path / f"farm-sandbox-{here}-{os.getpid()}-bb",
        tmp_path / f"farm-sandbox-{here + 1}-{2**22 + 1}-cc",  # of another container, whose processes we do not see
        tmp_path / "farm-sandbox-notes",
    ]
    for directory in (dead, *kept):
        directory.mkdir()
    _remove_stale(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(kept)


def test_a_process_that_cannot_be_seen_does_not_end_ourselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda pid, _signal: killed.append(pid))
    (tmp_path / "cgroup.procs").write_text("0\n12\n")
    _kill(tmp_path)
    assert killed == [12]
