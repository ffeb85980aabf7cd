import sys
import time

import pytest

from farm import running_programs
from farm.process import BASE_ENVIRONMENT, ProgramMissingError
from farm.process_dialogue import Dialogue, DialogueError


def talk(program: str, seconds: float = 10.0) -> Dialogue:
    return Dialogue([sys.executable, "-c", program], environment=BASE_ENVIRONMENT, seconds=seconds)


def test_lines_and_bytes_are_told_apart() -> None:
    with talk("import sys; [print(len(line)) or print('x' * 7, end='', flush=True) for line in sys.stdin]") as echo:
        echo.say(b"four\n")
        assert echo.line() == b"5"
        assert echo.take(7) == b"x" * 7
        echo.say(b"\n")
        assert echo.line() == b"1"


def test_an_answer_larger_than_a_pipe_is_taken_whole() -> None:
    with talk("import sys; sys.stdin.readline(); sys.stdout.write('y' * 3_000_000)") as loud:
        loud.say(b"go\n")
        assert loud.take(3_000_000) == b"y" * 3_000_000


def test_a_program_that_ends_says_why() -> None:
    with talk("import sys; sys.stdin.readline(); sys.exit('no more of this')") as short:
        short.say(b"go\n")
        with pytest.raises(DialogueError, match="stopped answering") as caught:
            short.line()
    assert "no more of this" in caught.value.why


def test_talking_to_a_program_that_is_gone_is_an_error_of_ours() -> None:
    with talk("import os; os.close(0); print('done', flush=True); __import__('time').sleep(5)") as gone:
        assert gone.line() == b"done"
        with pytest.raises(DialogueError):
            gone.say(b"are you there?\n")


def test_silence_has_an_end_and_the_program_does_not_outlive_it() -> None:
    began = time.monotonic()
    with talk("import time; time.sleep(60)", seconds=0.2) as silent, pytest.raises(DialogueError, match="in time"):
        silent.line()
    assert time.monotonic() - began < 30


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ProgramMissingError, match="no-such-program"):
        Dialogue(["no-such-program"], environment=BASE_ENVIRONMENT, seconds=1.0)


def test_an_interrupted_command_ends_the_conversation() -> None:
    with talk("import time; print('there', flush=True); time.sleep(60)") as long:
        assert long.line() == b"there"
        assert long._child in running_programs._running
        running_programs.kill(long._child)
        with pytest.raises(DialogueError, match="stopped answering"):
            long.line()
    assert long._child not in running_programs._running
