from dataclasses import replace
from pathlib import Path

import pytest

from farm.sandbox.bubblewrap import Descriptors, bubblewrap_argv
from farm.sandbox.host_view import HostView
from farm.sandbox.sandbox import Bind, Sandbox

VIEW = HostView(system=("/usr",), links=(("/bin", "usr/bin"),), programs=("/opt/venv",))
DESCRIPTORS = Descriptors(status=3, user_namespace=4, passwd=5, group=6)
ROOTED = Sandbox(root=Path("/roots/one"))
ROOTLESS = Sandbox(root=None)


def argv(sandbox: Sandbox, descriptors: Descriptors = DESCRIPTORS) -> str:
    return " ".join(bubblewrap_argv(sandbox, VIEW, descriptors))


@pytest.mark.parametrize("sandbox", [ROOTED, ROOTLESS, replace(ROOTED, as_root=True)])
@pytest.mark.parametrize(
    "option",
    [
        "--unshare-net",
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
    ],
)
def test_every_sandbox_is_apart_from_the_host(sandbox: Sandbox, option: str) -> None:
    assert option in bubblewrap_argv(sandbox, VIEW, DESCRIPTORS)


def test_only_who_asks_for_it_shares_the_network() -> None:
    shared = argv(replace(ROOTED, network=True))
    assert "--unshare-net" not in shared
    assert "--unshare-pid --unshare-uts" in shared


def test_a_root_is_read_only_and_the_host_is_not_shown() -> None:
    line = argv(ROOTED)
    assert "--ro-bind /roots/one / " in line
    assert "/usr /usr" not in line
    assert "/opt/venv" not in line


def test_without_a_root_the_host_is_read_only_and_so_is_what_holds_mount_points() -> None:
    line = argv(ROOTLESS)
    assert "--ro-bind /usr /usr" in line
    assert "--symlink usr/bin /bin" in line
    assert "--ro-bind-data 5 /etc/passwd --ro-bind-data 6 /etc/group" in line
    assert "--ro-bind /opt/venv /opt/venv" in line
    assert line.index("/opt/venv") > line.index("--tmpfs /tmp"), "programs may lie below /tmp"
    assert line.index("--remount-ro / ") > line.index("/opt/venv")
    assert " --bind " not in line


def test_the_build_user_is_mapped_by_the_namespace_of_the_farm() -> None:
    line = argv(replace(ROOTED, uid=1234, gid=5678))
    assert "--userns 4 --sync-fd 4 --uid 1234 --gid 5678" in line
    assert "--unshare-user" not in line
    assert "--cap-add" not in line


def test_a_user_other_than_root_is_mapped_by_bubblewrap() -> None:
    assert "--unshare-user --uid 1000 --gid 1000" in argv(ROOTED, replace(DESCRIPTORS, user_namespace=None))


def test_root_keeps_only_the_capabilities_named() -> None:
    line = argv(replace(ROOTLESS, as_root=True, capabilities=("CAP_CHOWN", "CAP_FOWNER")))
    assert "--cap-drop ALL --cap-add CAP_CHOWN --cap-add CAP_FOWNER" in line
    assert "--uid" not in line
    assert "--userns" not in line


def test_every_tmpfs_has_a_size() -> None:
    words = bubblewrap_argv(replace(ROOTED, tmpfs=(("/builddir", 123),), chroots=("/buildroot",)), VIEW, DESCRIPTORS)
    places = [index for index, word in enumerate(words) if word == "--tmpfs"]
    assert [words[index + 1] for index in places] == [
        "/dev/shm",
        "/tmp",
        "/var/tmp",
        "/run",
        "/builddir",
        "/buildroot/dev/shm",
    ]
    assert all(words[index - 2] == "--size" for index in places)


def test_a_size_that_is_asked_for_replaces_the_small_one() -> None:
    line = argv(replace(ROOTED, tmpfs=(("/tmp", 123),)))
    assert line.count("--tmpfs /tmp") == 1
    assert "--size 123 --tmpfs /tmp" in line


def test_a_bind_replaces_the_small_tmpfs_of_its_place() -> None:
    line = argv(replace(ROOTED, binds=(Bind(source=Path("/a"), target="/var/tmp", writable=True),)))
    assert "--tmpfs /var/tmp" not in line
    assert "--bind /a /var/tmp" in line


def test_binds_keep_their_order_and_are_read_only_unless_said() -> None:
    binds = (
        Bind(source=Path("/a"), target="/builddir", writable=True),
        Bind(source=Path("/b"), target="/builddir/in"),
    )
    assert "--bind /a /builddir --ro-bind /b /builddir/in" in argv(replace(ROOTED, binds=binds))


def test_a_directory_to_change_root_to_gets_proc_and_dev_after_it_is_bound() -> None:
    line = argv(
        replace(
            ROOTLESS,
            binds=(Bind(source=Path("/a"), target="/buildroot", writable=True),),
            chroots=("/buildroot",),
        )
    )
    assert line.index("--bind /a /buildroot") < line.index("--proc /buildroot/proc --dev /buildroot/dev")


def test_the_environment_is_what_is_given() -> None:
    line = argv(replace(ROOTED, environment=(("LANG", "C"), ("TZ", "UTC")), directory="/builddir"))
    assert "--clearenv" in line
    assert line.endswith("--setenv LANG C --setenv TZ UTC --chdir /builddir --")
