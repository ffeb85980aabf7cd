"""Limits per process, as arguments of prlimit(1): pure."""

from farm.sandbox.sandbox import Limits

OPEN_FILES = 4096
"""Not more: rpm closes every possible descriptor before each scriptlet."""


def prlimit_argv(limits: Limits, *, grouped: bool, open_files: int = OPEN_FILES) -> list[str]:
    """Return the command prefix that sets resource limits.

    Args:
        grouped: whether a control group limits memory and processes of the whole sandbox. Where none does, each
            process gets the memory limit as address space, and the build user the limit on processes.
        open_files: the most that the calling user may ask for.
    """
    argv = [
        "prlimit",
        f"--fsize={limits.file_bytes}",
        "--core=0",
        f"--nofile={min(OPEN_FILES, open_files)}",
    ]
    if not grouped:
        argv += [f"--as={limits.memory_bytes}", f"--nproc={limits.processes}"]
    return [*argv, "--"]
