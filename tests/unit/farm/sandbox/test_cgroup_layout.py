from pathlib import PurePosixPath

from farm.sandbox.cgroup_layout import hierarchies
from farm.sandbox.mount_table import Mount


def mounted(target: str, kind: str, options: str = "rw", root: str = "/") -> Mount:
    return Mount(root=root, target=target, kind=kind, super_options=options)


def test_version_1_has_a_hierarchy_per_controller() -> None:
    mounts = (
        mounted("/sys/fs/cgroup/cpu", "cgroup", "rw,cpu"),
        mounted("/sys/fs/cgroup/memory", "cgroup", "rw,memory"),
        mounted("/sys/fs/cgroup/pids", "cgroup", "rw,pids"),
    )
    memory, pids = hierarchies("4:memory:/one/two\n3:pids:/\n1:cpu:/\n", mounts)
    assert (memory.version, memory.controllers) == (1, ("memory",))
    assert memory.own == PurePosixPath("/sys/fs/cgroup/memory/one/two")
    assert pids.own == PurePosixPath("/sys/fs/cgroup/pids")


def test_version_2_is_one_hierarchy() -> None:
    (found,) = hierarchies("0::/system.slice/farm.service\n", (mounted("/sys/fs/cgroup", "cgroup2", "rw,nsdelegate"),))
    assert found.version == 2
    assert found.controllers == ("memory", "pids")
    assert found.own == PurePosixPath("/sys/fs/cgroup/system.slice/farm.service")


def test_in_a_container_the_mount_shows_a_part() -> None:
    mount = mounted("/sys/fs/cgroup", "cgroup2", root="/docker/abc")
    assert hierarchies("0::/docker/abc/init\n", (mount,))[0].own == PurePosixPath("/sys/fs/cgroup/init")
    assert hierarchies("0::/elsewhere\n", (mount,))[0].own == PurePosixPath("/sys/fs/cgroup")


def test_joined_controllers_share_a_hierarchy() -> None:
    (found,) = hierarchies("5:pids,memory:/a\n", (mounted("/cg", "cgroup", "rw,pids,memory"),))
    assert found.controllers == ("memory", "pids")


def test_no_control_groups_at_all() -> None:
    assert hierarchies("", (mounted("/", "ext4"),)) == ()
