import time
from pathlib import Path

import pytest

from farm.background_program import BackgroundProgram
from farm.process import BASE_ENVIRONMENT, ProgramMissingError


def started(*argv: str, grace: float = 5.0) -> BackgroundProgram:
    return BackgroundProgram(argv, environment=BASE_ENVIRONMENT, grace=grace)


def wait_until_it_ended(program: BackgroundProgram) -> int:
    deadline = time.monotonic() + 10
    while program.ended() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return program.ended() or 0


def runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_it_runs_for_as_long_as_the_block_lasts() -> None:
    with started("sleep", "60") as program:
        assert program.ended() is None
    assert program.ended() == -15


def test_what_it_said_is_kept_where_it_ends_by_itself() -> None:
    with started("sh", "-c", "echo out; echo err >&2; exit 3") as program:
        assert wait_until_it_ended(program) == 3
        assert program.words() == "out\nerr"


def test_one_that_ignores_the_request_is_killed_with_its_children() -> None:
    with started("sh", "-c", "trap '' TERM; sleep 61 & echo $!; wait; sleep 61", grace=0.3) as program:
        while not program.words():
            time.sleep(0.01)
        child = int(program.words())
    assert program.ended() == -9
    deadline = time.monotonic() + 10
    while runs(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(ProgramMissingError):
        started("/no/such/program")
