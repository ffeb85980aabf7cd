from farm.sandbox.rlimits import prlimit_argv
from farm.sandbox.sandbox import Limits

LIMITS = Limits(memory_bytes=1000, processes=7, file_bytes=500)


def test_files_are_always_limited() -> None:
    assert prlimit_argv(LIMITS, grouped=True) == ["prlimit", "--fsize=500", "--core=0", "--nofile=4096", "--"]


def test_without_a_control_group_memory_and_processes_are_limited_per_process() -> None:
    argv = prlimit_argv(LIMITS, grouped=False)
    assert "--as=1000" in argv
    assert "--nproc=7" in argv


def test_never_more_open_files_than_the_caller_may_ask_for() -> None:
    assert "--nofile=256" in prlimit_argv(LIMITS, grouped=True, open_files=256)
