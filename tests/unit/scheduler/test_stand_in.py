"""Tests of `scheduler.stand_in`."""

from scheduler.stand_in import stand_in


def test_whoever_needs_its_packages_by_name_waits_for_it() -> None:
    found = stand_in("zlib", "x86_64")
    assert [package.name for package in found.packages] == ["zlib", "zlib-devel", "libzlib"]
    assert found.build_requires == ()
