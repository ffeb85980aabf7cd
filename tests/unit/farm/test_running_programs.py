"""Programs end with the farm: at once when it is interrupted, and by the kernel when it is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from farm.process import ProgramMissingError, run

INTERRUPTED = """
import sys, threading
from pathlib import Path
from farm.process import InterruptedProgramError, run
from farm.running_programs import stop_all_when_interrupted

place = Path(sys.argv[1])
stop_all_when_interrupted()

def work(number):
    # A child of the child, because git has those, too.
    pid = place / str(number)
    run(["sh", "-c", f"sleep 300 & echo $! > {pid}.new && mv {pid}.new {pid}; wait"])
    try:
        run(["touch", f"{place}/begun-{number}"])
    except InterruptedProgramError:
        (place / f"refused-{number}").touch()
    run(["touch", f"{place}/tidied-{number}"], tidies=True)

threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
for thread in threads:
    thread.start()
try:
    for thread in threads:
        thread.join()
except KeyboardInterrupt:
    for thread in threads:
        thread.join()
    sys.exit(130)
"""

KILLED = """
import sys, threading
from farm.process import run

pid = sys.argv[1] + "/0"
command = ["sh", "-c", f"echo $$ > {pid}.new && mv {pid}.new {pid}; exec sleep 300"]
threading.Thread(target=run, args=(command,)).start()
"""


def start(script: str, place: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, str(place)], start_new_session=True)


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; tell whether it came to that."""
    for _ in range(400):
        if holds():
            return True
        time.sleep(0.025)
    return False


def is_gone(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (ProcessLookupError, FileNotFoundError):
        return True


def pids(place: Path, count: int) -> list[int]:
    assert soon(lambda: all((place / str(number)).exists() for number in range(count)))
    return [int((place / str(number)).read_text()) for number in range(count)]


def test_an_interrupt_ends_the_programs_of_all_threads_at_once(tmp_path: Path) -> None:
    farm = start(INTERRUPTED, tmp_path)
    try:
        sleepers = pids(tmp_path, 3)
        os.kill(farm.pid, signal.SIGINT)
        assert farm.wait(20) == 130
    finally:
        farm.kill()
    assert soon(lambda: all(is_gone(pid) for pid in sleepers))
    left = {path.name for path in tmp_path.iterdir()} - {"0", "1", "2"}
    assert left == {f"{word}-{number}" for word in ("refused", "tidied") for number in range(3)}


def test_a_farm_that_is_killed_takes_its_programs_along(tmp_path: Path) -> None:
    farm = start(KILLED, tmp_path)
    (sleeper,) = pids(tmp_path, 1)
    assert not is_gone(sleeper)
    farm.kill()
    farm.wait()
    assert soon(lambda: is_gone(sleeper))


def test_what_is_ignored_stays_ignored() -> None:
    script = (
        "import signal; from farm.running_programs import stop_all_when_interrupted as stop; "
        "signal.signal(signal.SIGINT, signal.SIG_IGN); stop(); "
        "raise SystemExit(signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("program", ["no-such-program-here", "/nonexistent/program"])
def test_a_missing_program_is_still_called_missing(program: str) -> None:
    with pytest.raises(ProgramMissingError):
        run([program])
