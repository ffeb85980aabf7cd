import subprocess
import time

import pytest

from farm.process_pump import Pump


def pumped(
    script: str, *, seconds: float = 5.0, max_output: int = 1000, stdin: bytes = b""
) -> tuple[bool, bytes, Pump]:
    taken = bytearray()
    pipe = subprocess.PIPE
    with subprocess.Popen(["/bin/sh", "-c", script], stdin=pipe, stdout=pipe, stderr=pipe) as child:
        pump = Pump(child, taken.extend, stdin=stdin, max_output=max_output, tail_bytes=10)
        ended = pump.run(time.monotonic() + seconds)
        child.kill()
        pump.close()
    return ended, bytes(taken), pump


def test_all_is_moved() -> None:
    ended, taken, pump = pumped("cat; echo warning >&2", stdin=b"input")
    assert (ended, taken, bytes(pump.tail), pump.flooded) == (True, b"input", b"warning\n", False)


def test_the_tail_is_the_end() -> None:
    assert bytes(pumped("echo 0123456789abcdef >&2")[2].tail) == b"789abcdef\n"


@pytest.mark.parametrize(("size", "flooded"), [(1000, False), (1001, True)])
def test_the_limit_is_exact(size: int, *, flooded: bool) -> None:
    ended, taken, pump = pumped(f"head -c {size} /dev/zero")
    assert (ended, pump.flooded) == (not flooded, flooded)
    assert len(taken) <= 1000


def test_the_deadline_holds() -> None:
    began = time.monotonic()
    ended, taken, _ = pumped("echo early; exec sleep 60", seconds=0.3)
    assert (ended, taken) == (False, b"early\n")
    assert time.monotonic() - began < 30
