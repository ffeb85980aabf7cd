import os
import subprocess
from dataclasses import replace

from farm.ledger.holder import is_known_dead, this_process


def test_this_process_lives() -> None:
    holder = this_process("builder")
    assert holder.pid == os.getpid()
    assert holder.name.startswith("builder@")
    assert not is_known_dead(holder)


def test_a_process_that_ended_is_dead() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        holder = replace(this_process(), pid=child.pid, started=start_of(child.pid))
        assert not is_known_dead(holder)
        child.kill()
    assert is_known_dead(holder)


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen(["/bin/true"])
    holder = replace(this_process(), pid=child.pid, started=start_of(child.pid))
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_known_dead(holder)
    child.wait()


def test_a_reused_pid_is_another_process() -> None:
    assert is_known_dead(replace(this_process(), started=1))


def test_nothing_is_known_of_another_boot_or_container() -> None:
    assert not is_known_dead(replace(this_process(), boot="another", started=1))


def start_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123 - the shortest way to one number
        return int(stat.read().rpartition(")")[2].split()[19])
