import os
import signal
import time
from pathlib import Path

import pytest

from farm.process import TAIL_BYTES, ProcessError, ProgramMissingError, check, run, stream


def test_output_and_status() -> None:
    finished = run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (finished.status, finished.stdout, finished.stderr, finished.ok) == (3, b"out\n", "err\n", False)


def test_binary_output_is_kept_as_it_is() -> None:
    assert run(["printf", r"\000\377\n\200"]).stdout == b"\x00\xff\n\x80"
    assert run(["sh", "-c", r"printf '\377' >&2"]).stderr == "\N{REPLACEMENT CHARACTER}"


def test_input_larger_than_a_pipe() -> None:
    data = b"x" * 1_000_000
    assert run(["cat"], stdin=data).stdout == data


def test_input_nobody_reads() -> None:
    assert run(["true"], stdin=b"x" * 1_000_000).ok


def test_environment_is_only_what_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK", "1")
    assert b"LEAK" not in run(["env"]).stdout
    assert run(["/usr/bin/env"], environment={"A": "b"}).stdout == b"A=b\n"


def test_directory(tmp_path: Path) -> None:
    assert run(["pwd", "-P"], directory=tmp_path).stdout.decode().strip() == str(tmp_path.resolve())


def test_missing_program() -> None:
    with pytest.raises(ProgramMissingError) as caught:
        run(["no-such-program-here"])
    assert "no-such-program-here" in caught.value.what
    assert "install" in caught.value.hint


def test_missing_directory_is_not_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(ProcessError) as caught:
        run(["true"], directory=tmp_path / "gone")
    assert not isinstance(caught.value, ProgramMissingError)
    assert "gone" in caught.value.why


def test_program_that_may_not_be_run(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("text")
    with pytest.raises(ProcessError) as caught:
        run([str(tmp_path / "plain")])
    assert "plain" in caught.value.what


def test_signal_is_a_negative_status() -> None:
    assert run(["sh", "-c", "kill -TERM $$"]).status == -signal.SIGTERM


def test_time_limit_kills_grandchildren(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    began = time.monotonic()
    finished = run(["sh", "-c", f"sleep 60 & echo $! > {pid_file}; wait"], timeout=0.5)
    assert finished.timed_out
    assert not finished.ok
    assert time.monotonic() - began < 50
    assert is_gone(int(pid_file.read_text()))


def test_child_that_leaves_its_output_open_does_not_hold_us_for_ever() -> None:
    began = time.monotonic()
    finished = run(["sh", "-c", "sleep 60 &"], timeout=0.5)
    assert finished.timed_out
    assert time.monotonic() - began < 50


def test_child_that_left_our_group_does_not_hold_us_for_ever() -> None:
    began = time.monotonic()
    finished = run(["sh", "-c", "setsid sleep 50 & sleep 60"], timeout=0.5, stdin=b"x" * 1_000_000)
    assert finished.timed_out
    assert time.monotonic() - began < 40


def test_child_that_closes_its_outputs_is_waited_for() -> None:
    assert run(["sh", "-c", "exec >/dev/null 2>&1; sleep 0.2; exit 7"]).status == 7
    assert run(["sh", "-c", "exec >/dev/null 2>&1; sleep 60"], timeout=0.3).timed_out


def test_what_was_said_before_the_time_was_up_is_kept() -> None:
    finished = run(["sh", "-c", "echo working; echo waiting for the lock >&2; sleep 60"], timeout=0.5)
    assert (finished.stdout, finished.stderr) == (b"working\n", "waiting for the lock\n")


def test_output_limit() -> None:
    finished = run(["yes"], max_output=100_000)
    assert finished.flooded
    assert not finished.ok
    assert len(finished.stdout) <= 100_000


def test_only_the_end_of_errors_is_kept() -> None:
    finished = run(["sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x >&2; echo end >&2"])
    assert len(finished.stderr) == TAIL_BYTES
    assert finished.stderr.endswith("end\n")


def test_stream_gives_both_outputs_in_order() -> None:
    pieces: list[bytes] = []
    finished = stream(["sh", "-c", "echo a; echo b >&2; echo c"], pieces.append, merge_stderr=True)
    assert b"".join(pieces) == b"a\nb\nc\n"
    assert finished.stdout == b""


def test_sink_that_fails_ends_the_program() -> None:
    def sink(_piece: bytes) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stream(["yes"], sink)


def test_check_returns_output() -> None:
    assert check(["echo", "yes"]) == b"yes\n"


@pytest.mark.parametrize(
    ("command", "timeout", "says"),
    [
        ("echo nope >&2; exit 1", 10.0, "status 1"),
        ("sleep 60", 0.2, "time"),
        ("echo on stdout; exit 2", 10.0, "status 2"),
    ],
)
def test_check_says_how_it_failed(command: str, timeout: float, says: str) -> None:
    with pytest.raises(ProcessError) as caught:
        check(["sh", "-c", command], timeout=timeout)
    assert says in caught.value.what
    assert caught.value.why or timeout < 1


def is_gone(pid: int) -> bool:
    """Tell whether a process ends soon; one that nobody reaped counts as ended."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii"):
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
