from pathlib import Path

from farm.sandbox.mount_table import Mount, mount_of, mount_table, parse_mount_table

TEXT = r"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /tmp rw,nosuid master:2 propagate_from:3 - tmpfs tmpfs rw,size=1024k
24 23 0:22 /sub\040dir /tmp/a\040b rw - tmpfs tmpfs rw
"""


def test_optional_fields_and_escapes_are_understood() -> None:
    assert parse_mount_table(TEXT) == (
        Mount(root="/", target="/", kind="ext4", super_options="rw"),
        Mount(root="/", target="/tmp", kind="tmpfs", super_options="rw,size=1024k"),
        Mount(root="/sub dir", target="/tmp/a b", kind="tmpfs", super_options="rw"),
    )


def test_a_path_lies_on_the_innermost_mount() -> None:
    mounts = parse_mount_table(TEXT)
    assert mount_of(Path("/tmp/a b/c"), mounts) == mounts[2]
    assert mount_of(Path("/tmp/a"), mounts) == mounts[1]
    assert mount_of(Path("/tmpfoo"), mounts) == mounts[0]
    assert mount_of(Path("/tmp"), ()) is None


def test_the_table_of_this_machine_parses() -> None:
    assert any(mount.target == "/" for mount in mount_table())


def test_only_a_newline_ends_a_line() -> None:
    line = "36 35 98:0 / /mnt/a\x0cb\u2028c rw - tmpfs none rw\n"
    assert [mount.target for mount in parse_mount_table(line)] == ["/mnt/a\x0cb\u2028c"]
