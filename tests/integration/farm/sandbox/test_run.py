import os
import pickle
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from farm import process
from farm.clock import SystemClock
from farm.environment import is_root
from farm.identity import random_name
from farm.sandbox import run
from farm.sandbox.cgroup import ControlGroup, GroupLimits, _parents, control_group
from farm.sandbox.errors import GroupGoneError, SandboxSetupError, SandboxUnavailableError
from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.user_namespace import BUILD_UID
from farm.sandbox.workspace import give

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not is_root(), reason="sandboxes of the farm are made by root"),
]

TOOLS = Sandbox(root=None, environment=tool_environment(), limits=Limits(seconds=20.0))


def sh(script: str, sandbox: Sandbox = TOOLS, *arguments: str) -> SandboxResult:
    return run_in_sandbox(sandbox, ["sh", "-c", script, "sh", *arguments])


def said(script: str, sandbox: Sandbox = TOOLS) -> list[str]:
    """Return the lines that a script prints; it must end well."""
    result = sh(script, sandbox)
    assert result.ok, result
    return result.stdout.decode().splitlines()


def running(word: str) -> list[str]:
    """Return the processes of this machine that have a word in their command line."""
    lines = [path.read_bytes() for path in sorted(Path("/proc").glob("[0-9]*/cmdline")) if path.exists()]
    return [line.decode(errors="replace") for line in lines if word.encode() in line]


def test_output_status_and_input_come_and_go() -> None:
    result = run_in_sandbox(TOOLS, ["sh", "-c", "cat; echo oops >&2; exit 3"], stdin=b"words")
    assert (result.status, result.stdout, result.stderr) == (3, b"words", "oops\n")
    assert not result.ok
    assert {result.timed_out, result.flooded, result.out_of_memory, result.out_of_processes} == {False}


def test_a_signal_is_a_status_above_128() -> None:
    assert sh("kill -SEGV $$").status == 128 + 11


def test_a_sink_gets_everything_as_it_comes() -> None:
    pieces: list[bytes] = []
    result = run_in_sandbox(TOOLS, ["sh", "-c", "echo out; echo err >&2"], sink=pieces.append)
    assert b"".join(pieces) == b"out\nerr\n"
    assert result.stdout == b""


def test_users_host_name_umask_cpus_and_directory_are_as_asked() -> None:
    sandbox = replace(TOOLS, uid=1234, gid=1235, hostname="elsewhere", umask=0o077, cpus=1, directory="/tmp")
    lines = said("id -u; id -g; id -G; uname -n; umask; nproc; pwd", sandbox)
    assert lines == ["1234", "1235", "1235", "elsewhere", "0077", "1", "/tmp"]


def test_all_cpus_without_a_number() -> None:
    assert said("nproc") == [str(len(os.sched_getaffinity(0)))]


def test_the_environment_is_clean() -> None:
    sandbox = replace(TOOLS, environment=(("LANG", "C"), ("PATH", "/usr/bin")))
    assert sorted(said("env", sandbox)) == ["LANG=C", "PATH=/usr/bin", "PWD=/"]


def test_no_descriptor_of_the_farm_is_inherited() -> None:
    assert said("ls /proc/self/fd") == ["0", "1", "2", "3"]  # 3 is what ls reads


def test_it_is_alone_in_its_namespaces() -> None:
    assert len(said("ls -d /proc/[0-9]*")) <= 4
    assert [line.split(":")[0].strip() for line in said("cat /proc/net/dev")[2:]] == ["lo"]


def test_the_loopback_is_not_that_of_the_host() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        result = run_in_sandbox(TOOLS, [sys.executable, "-c", code])
    assert "ConnectionRefusedError" in result.stderr


def test_no_capability_and_no_way_to_one() -> None:
    status = dict(line.split(":\t") for line in said("grep -E '^(Cap|NoNewPrivs)' /proc/self/status"))
    assert status.pop("NoNewPrivs") == "1"
    assert {int(value, 16) for value in status.values()} == {0}
    assert not sh("unshare --user --map-root-user true").ok
    assert not sh("mount -t tmpfs none /tmp").ok


def test_outside_it_is_a_user_without_privileges(tmp_path: Path) -> None:
    give(tmp_path)
    writable = replace(TOOLS, binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert said("touch /out/file; stat -c %u /out/file /usr", writable) == ["1000", "0"]
    assert (tmp_path / "file").stat().st_uid == BUILD_UID


def test_what_is_not_given_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    bound = replace(
        TOOLS, binds=(Bind(source=tmp_path, target="/in"), Bind(source=tmp_path, target="/w", writable=True))
    )
    for place, words in {
        "/x": "Read-only file system",
        "/usr/x": "Read-only file system",
        "/etc/x": "Read-only file system",
        "/dev/x": "Read-only file system",
        "/in/x": "Read-only file system",
        "/w/x": "Permission denied",
        "/proc/sys/kernel/hostname": "",
    }.items():
        result = sh(f"echo y > {place}", bound)
        assert not result.ok, place
        assert words in result.stderr
    assert sorted(tmp_path.iterdir()) == []


def test_a_root_is_read_only(tmp_path: Path) -> None:
    for name in ("usr", "proc", "dev", "tmp", "var/tmp", "run", "builddir"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("bin", "lib", "lib64"):
        (tmp_path / name).symlink_to(f"usr/{name}")
    give(tmp_path)
    sandbox = replace(
        TOOLS, root=tmp_path, binds=(Bind(source=Path("/usr"), target="/usr"),), tmpfs=(("/builddir", 2**20),)
    )
    result = sh("touch /builddir/x /tmp/x /var/tmp/x /run/x /dev/shm/x && touch /y", sandbox)
    assert "Read-only file system" in result.stderr
    assert not (tmp_path / "y").exists()


def test_nothing_private_of_the_host_is_seen() -> None:
    assert set(said("ls /etc")) <= {"alternatives", "group", "ld.so.cache", "passwd"}
    assert not sh("ls /home || ls /root/.ssh || ls /var/lib").ok


def test_the_python_of_the_farm_works_inside() -> None:
    result = run_in_sandbox(TOOLS, [sys.executable, "-c", "import createrepo_c, farm.nevra; print('ok')"])
    assert result.stdout == b"ok\n", result


def test_a_full_tmpfs_says_so() -> None:
    result = sh("dd if=/dev/zero of=/small/x bs=1M count=3", replace(TOOLS, tmpfs=(("/small", 2 * 2**20),)))
    assert "No space left on device" in result.stderr


@pytest.mark.parametrize("place", ["/tmp", "/var/tmp", "/run", "/dev/shm"])
def test_every_writable_place_has_a_size(place: str) -> None:
    kibibytes = int(said(f"df --output=size {place}")[1])
    assert kibibytes <= 256 * 1024


def test_a_file_has_a_largest_size() -> None:
    result = sh("dd if=/dev/zero of=/tmp/x bs=64k count=40", replace(TOOLS, limits=Limits(file_bytes=2**20)))
    assert result.status == 128 + 25


def test_too_much_memory_is_reported() -> None:
    limits = Limits(memory_bytes=64 * 2**20, seconds=20.0)
    result = run_in_sandbox(
        replace(TOOLS, limits=limits), [sys.executable, "-c", "x = bytearray(400 << 20); print(len(x))"]
    )
    assert not result.ok
    assert result.stdout == b""
    assert result.out_of_memory
    assert result.overrun == "takes too much memory"


def test_memory_of_all_processes_counts_together() -> None:
    limits = Limits(memory_bytes=96 * 2**20, seconds=20.0)
    script = (
        f"for i in 1 2 3; do {sys.executable} -c 'x = bytearray(60 << 20); import time; time.sleep(1)' & done; wait"
    )
    assert sh(script, replace(TOOLS, limits=limits)).out_of_memory


HOLDS_WITH_ANOTHER = """
import os, time
memory = bytearray(40 << 20)
open(f"/data/{os.getpid()}", "w").close()
while len(os.listdir("/data")) < 3:  # the large file, and one of each that holds memory
    time.sleep(0.01)
time.sleep(1)
"""


def test_the_peak_of_memory_is_that_of_all_processes_without_cached_files(tmp_path: Path) -> None:
    give(tmp_path)
    holds = f"{sys.executable} -c '{HOLDS_WITH_ANOTHER}'"
    script = f"dd if=/dev/zero of=/data/x bs=1M count=200 status=none; {holds} & {holds} & wait"
    sandbox = replace(TOOLS, binds=(Bind(source=tmp_path, target="/data", writable=True),))
    peak = sh(script, sandbox).memory_bytes >> 20
    assert 80 <= peak < 160


def test_a_tmpfs_has_its_memory_on_top() -> None:
    sandbox = replace(TOOLS, tmpfs=(("/data", 128 * 2**20),), limits=Limits(memory_bytes=48 * 2**20))
    result = sh("dd if=/dev/zero of=/data/x bs=1M count=100", sandbox)
    assert result.ok, result


def test_endless_forks_are_contained() -> None:
    word = random_name("bomb")
    limits = Limits(processes=24, seconds=1.5)
    result = run_in_sandbox(replace(TOOLS, limits=limits), ["bash", "-c", ":(){ :|:& };:; sleep 60", word])
    assert not result.ok
    assert result.out_of_processes
    assert running(word) == []


def test_time_runs_out_for_grandchildren_too() -> None:
    seconds = str(1000 + os.getpid() / 1e6)
    clock = SystemClock()
    started = clock.monotonic()
    result = sh(
        'setsid sleep "$1" & (setsid sh -c "trap : TERM HUP; sleep $1; :" &) ; sleep "$1"',
        replace(TOOLS, limits=Limits(seconds=0.5)),
        seconds,
    )
    assert result.timed_out
    assert result.overrun == "takes too long"
    assert not result.ok
    assert clock.monotonic() - started < 50
    assert running(seconds) == []


def test_what_is_left_in_the_background_dies_with_the_command() -> None:
    seconds = str(2000 + os.getpid() / 1e6)
    assert sh('setsid sleep "$1" > /dev/null 2>&1 & exit 0', TOOLS, seconds).ok
    assert running(seconds) == []


def test_too_much_output_ends_it() -> None:
    result = sh("yes", replace(TOOLS, limits=Limits(output_bytes=100_000)))
    assert result.flooded
    assert result.overrun == "gives too much output"
    assert len(result.stdout) <= 100_000


def test_no_control_group_stays_behind() -> None:
    parents = _parents()
    assert parents, "this machine gives control groups"
    sh("true")
    mine = f"farm-sandbox-{Path('/proc/self/ns/pid').stat().st_ino}-{os.getpid()}-*"
    assert [path for parent in parents for path in parent.directory.glob(mine)] == []


def losing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[ControlGroup]:
    """Have others remove so many of the next control groups before anything is in them; return what was removed."""
    removed: list[ControlGroup] = []

    @contextmanager
    def control_group_of_others(limits: GroupLimits) -> Iterator[ControlGroup | None]:
        with control_group(limits) as group:
            if group is not None and len(removed) < times:
                group.directories[-1].rmdir()
                removed.append(group)
            yield group

    monkeypatch.setattr(run, "control_group", control_group_of_others)
    return removed


@pytest.mark.skipif(_parents() is None, reason="no control groups can be made here")
def test_a_control_group_that_others_remove_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    removed = losing(monkeypatch, 1)
    result = run_in_sandbox(TOOLS, ["cat"], stdin=b"words")
    assert (result.status, result.stdout, result.stderr) == (0, b"words", "")
    assert len(removed) == 1
    assert removed[0].is_gone


@pytest.mark.skipif(_parents() is None, reason="no control groups can be made here")
def test_one_that_others_remove_again_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    removed = losing(monkeypatch, 3)
    with pytest.raises(GroupGoneError, match="removed by others"):
        run_in_sandbox(TOOLS, ["true"])
    assert len(removed) == 2


def test_limits_are_per_process_where_there_is_no_control_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.sandbox.cgroup._parents", lambda: None)
    sandbox = replace(TOOLS, limits=Limits(memory_bytes=256 * 2**20, processes=4321))
    assert said("ulimit -v; ulimit -p", sandbox) == [str(256 * 1024), "4321"]
    assert not run_in_sandbox(sandbox, [sys.executable, "-c", "bytearray(400 << 20)"]).ok


def test_root_has_only_the_capabilities_named(tmp_path: Path) -> None:
    sandbox = Sandbox(
        root=None,
        binds=(Bind(source=tmp_path, target="/target", writable=True),),
        environment=(("PATH", "/usr/bin:/usr/sbin"),),
        as_root=True,
        capabilities=("CAP_CHOWN",),
    )
    lines = said(
        "id -u; grep -E '^(CapEff|NoNewPrivs)' /proc/self/status; touch /target/x; chown 33:44 /target/x", sandbox
    )
    assert lines == ["0", f"CapEff:\t{1:016x}", "NoNewPrivs:\t1"]
    assert ((tmp_path / "x").stat().st_uid, (tmp_path / "x").stat().st_gid) == (33, 44)
    for forbidden in (
        "mknod /target/n c 1 3",
        "mount -t tmpfs none /target",
        "chroot /target",
        "hostname x",
        "touch /usr/x",
        "ip link set lo down",
        "echo b > /proc/sysrq-trigger",
    ):
        assert not sh(forbidden, sandbox).ok, forbidden


def test_a_root_to_change_to_has_devices_that_are_not_part_of_it(tmp_path: Path) -> None:
    sandbox = Sandbox(
        root=None,
        binds=(
            Bind(source=tmp_path, target="/target", writable=True),
            Bind(source=Path("/usr"), target="/target/usr"),
        ),
        environment=(("PATH", "/usr/bin:/usr/sbin"),),
        as_root=True,
        capabilities=("CAP_SYS_CHROOT", "CAP_DAC_OVERRIDE"),
        chroots=("/target",),
    )
    for name in ("bin", "lib", "lib64"):
        (tmp_path / name).symlink_to(f"usr/{name}")
    assert said("chroot /target sh -c 'echo lost > /dev/null; test -e /proc/self && echo ok'", sandbox) == ["ok"]
    assert sorted(tmp_path.glob("dev/*")) == []


@pytest.mark.parametrize(
    "sandbox",
    [
        replace(TOOLS, binds=(Bind(source=Path("/does/not/exist"), target="/x"),)),
        replace(TOOLS, root=Path("/does/not/exist")),
        replace(TOOLS, directory="/does/not/exist"),
    ],
)
def test_what_is_missing_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxSetupError) as caught:
        sh("true", sandbox)
    assert "/does/not/exist" in caught.value.why
    assert caught.value.code == "SBX002"


def test_a_missing_program_is_named() -> None:
    with pytest.raises(SandboxSetupError, match="could not be started") as caught:
        run_in_sandbox(TOOLS, ["no-such-program"])
    assert "no-such-program" in caught.value.why
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own


def test_a_machine_without_bubblewrap_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "BASE_ENVIRONMENT", {"PATH": "/nowhere"})
    with pytest.raises(SandboxUnavailableError) as caught:
        sh("true")
    assert "bubblewrap" in caught.value.hint


def test_another_user_cannot_be_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "is_root", lambda: False)
    with pytest.raises(SandboxUnavailableError):
        sh("true", replace(TOOLS, as_root=True))


@pytest.mark.skipif(
    not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists(), reason="no emulator for aarch64 is registered"
)
def test_a_program_of_another_architecture_runs(tmp_path: Path) -> None:
    program = tmp_path / "exit42"
    program.write_bytes(exit_42_for_aarch64())
    program.chmod(0o755)
    result = run_in_sandbox(replace(TOOLS, binds=(Bind(source=program, target="/exit42"),)), ["/exit42"])
    assert result.status == 42, result


def exit_42_for_aarch64() -> bytes:
    """Return the smallest static program: `mov x0, #42; mov x8, #93; svc #0`."""
    address, header_bytes = 0x400000, 64 + 56
    code = bytes.fromhex("400580d2a80b80d2010000d4")
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    numbers = [(2, 2), (183, 2), (1, 4), (address + header_bytes, 8), (64, 8), (0, 8), (0, 4), (64, 2), (56, 2), (1, 2)]
    numbers += [(0, 2), (0, 2), (0, 2)]
    size = header_bytes + len(code)
    segment = [(1, 4), (5, 4), (0, 8), (address, 8), (address, 8), (size, 8), (size, 8), (0x10000, 8)]
    return identity + b"".join(value.to_bytes(width, "little") for value, width in (*numbers, *segment)) + code


def test_each_descriptor_is_closed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second close would hit a file that another thread has opened meanwhile."""
    closed: list[int] = []
    close = os.close

    def once(descriptor: int) -> None:
        closed.append(descriptor)
        close(descriptor)

    run_in_sandbox(Sandbox(root=None), ["true"])
    monkeypatch.setattr(os, "close", once)
    assert run_in_sandbox(Sandbox(root=None), ["true"]).ok
    assert closed
