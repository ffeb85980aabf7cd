import os
from pathlib import Path, PurePosixPath

from farm.sandbox.cgroup_layout import Hierarchy
from workers.machine_memory import memory_for_builds, memory_limits


def hierarchy(top: Path, version: int, controllers: tuple[str, ...] = ("memory",)) -> Hierarchy:
    own = PurePosixPath(top, "slice", "farm.service")
    return Hierarchy(version=version, mount_point=PurePosixPath(top), own=own, controllers=controllers)


def groups(top: Path, name: str, *limits: str) -> None:
    directory = top
    for limit, below in zip(limits, ("slice", "farm.service", "build"), strict=False):
        directory = directory / below
        directory.mkdir()
        (directory / name).write_text(limit + "\n", encoding="ascii")


def test_a_limit_further_up_holds_too(tmp_path: Path) -> None:
    groups(tmp_path, "memory.max", "4096", "max", "1")
    assert memory_limits([hierarchy(tmp_path, 2)]) == [4096]


def test_version_1_says_no_limit_with_a_large_number(tmp_path: Path) -> None:
    groups(tmp_path, "memory.limit_in_bytes", "9223372036854771712", "8192")
    assert sorted(memory_limits([hierarchy(tmp_path, 1), hierarchy(tmp_path, 1, ("pids",))])) == [
        8192,
        9223372036854771712,
    ]


def test_a_part_of_what_the_machine_has_is_kept_back() -> None:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 0 < memory_for_builds() <= physical - physical // 16
