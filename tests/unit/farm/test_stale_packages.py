from builders.builds import built_rpm
from builders.node_inputs import locked

from farm.buildroot_lock import BuildrootLock
from farm.stale_packages import digests_by_name, stale_packages


def test_packages_in_other_bytes_are_stale_and_those_that_nobody_made_are_not() -> None:
    rpms = [
        built_rpm("lib-1-1.x86_64", content="new"),
        built_rpm("lib-1-1.src", content="any"),
        built_rpm("tool-1-1.noarch"),
    ]
    packages = (
        locked("lib-1-1.x86_64", content="old"),
        locked("seed-1-1.x86_64"),
        locked("tool-1-1.noarch"),
    )
    lock = BuildrootLock(arch="x86_64", layers=(packages,))
    made = digests_by_name(rpms)
    assert {name: len(found) for name, found in made.items()} == {"lib": 1, "tool": 1}
    assert stale_packages(lock, made) == ("lib",)
