from pathlib import Path

import pytest

from workers.capacity import ArchCapacity, Capacity, CapacityError, announced_capacity, machine_capacity

MACHINE = Capacity(
    cpus=8,
    memory_bytes=16 * 2**30,
    arches=(
        ArchCapacity(arch="x86_64", emulated=False, slots=8),
        ArchCapacity(arch="aarch64", emulated=True, slots=8),
    ),
)


def test_everything_is_announced_where_nothing_is_said() -> None:
    assert announced_capacity(MACHINE) == MACHINE


def test_less_is_announced_where_that_is_asked_for() -> None:
    less = announced_capacity(MACHINE, arches=["aarch64"], slots=3, memory_bytes=2**30)
    assert less == Capacity(cpus=3, memory_bytes=2**30, arches=(ArchCapacity(arch="aarch64", emulated=True, slots=3),))


def test_the_free_disk_is_announced_as_it_is(tmp_path: Path) -> None:
    capacity = machine_capacity(scratch=tmp_path / "not" / "there" / "yet")
    assert capacity.disk_bytes > 0
    assert announced_capacity(capacity, slots=1).disk_bytes == capacity.disk_bytes


def test_a_machine_without_slots_builds_nothing() -> None:
    assert announced_capacity(MACHINE, slots=0).arches == ()


def test_what_a_machine_has_not_it_does_not_announce() -> None:
    with pytest.raises(CapacityError, match="riscv64"):
        announced_capacity(MACHINE, arches=["x86_64", "riscv64"])
    with pytest.raises(CapacityError, match=r"17\.0 GiB"):
        announced_capacity(MACHINE, memory_bytes=17 * 2**30)
