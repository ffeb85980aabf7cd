import io
import threading

from builders.fake_clock import FakeClock
from rich.console import Console

from farm.events import NodeChanged
from farm.states import NodeState
from scheduler.live_report import LiveReporter


class Screen:
    """A terminal of a size, and what the reporter would draw on it."""

    def __init__(self, total: int, *, width: int = 60, height: int = 12) -> None:
        self.clock = FakeClock()
        self.console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, no_color=True)
        self.reporter = LiveReporter(total, self.console, self.clock)

    def change(self, name: str, state: NodeState, why: str = "") -> None:
        self.reporter.show(NodeChanged(component=name, arch="x86_64", state=state, why=why))

    def lines(self) -> list[str]:
        drawn = self.console.render_lines(self.reporter.render(), pad=False)
        return ["".join(segment.text for segment in line).rstrip() for line in drawn]


def test_before_anything_happened_the_plan_is_said() -> None:
    assert Screen(2, width=100).lines() == [
        "0/2 done · 2 planned · may be interrupted: nothing finished is lost",
    ]


def test_what_ended_stands_above_what_runs_with_its_time() -> None:
    screen = Screen(3, width=100)
    screen.change("app", NodeState.BUILDING, "first build")
    screen.change("lib", NodeState.REPRODUCIBLE, "3 RPMs, bit for bit")
    screen.clock.sleep(75)
    assert screen.lines() == [
        "lib.x86_64  reproducible            3 RPMs, bit for bit",
        "app.x86_64  building         1m15s  first build",
        "1/3 done · 1 planned · 1 building · 1 reproducible · may be interrupted: nothing finished is lost",
    ]


def test_another_reason_for_the_same_state_keeps_its_time() -> None:
    screen = Screen(1, width=100)
    screen.change("app", NodeState.BUILDING, "first build")
    screen.clock.sleep(5)
    screen.change("app", NodeState.BUILDING, "first and second build")
    assert screen.lines()[0].split(maxsplit=3) == ["app.x86_64", "building", "5s", "first and second build"]


def test_what_waits_is_no_row() -> None:
    screen = Screen(1, width=100)
    screen.change("app", NodeState.BUILDING, "first build")
    screen.change("app", NodeState.QUEUED, "attempt 2 of 3")
    assert screen.lines() == ["0/1 done · 1 queued · may be interrupted: nothing finished is lost"]


def test_long_words_take_one_line_each_and_never_more_than_the_screen() -> None:
    screen = Screen(40, width=60, height=10)
    for number in range(20):
        screen.change(f"done{number}", NodeState.FAILED, "word " * 50)
    for number in range(4):
        screen.change(f"a-name-that-is-longer-than-any-column-may-be{number}", NodeState.BUILDING, "why\n" * 50)
    lines = screen.lines()
    assert len(lines) == 8
    assert max(map(len, lines)) <= 60
    assert [line.split()[0] for line in lines[:3]] == ["done17.x86_64", "done18.x86_64", "done19.x86_64"]
    assert lines[-1].startswith("20/40 done")


def test_running_builds_stay_in_sight_on_a_small_screen() -> None:
    screen = Screen(40, height=6)
    for number in range(9):
        screen.change(f"ended{number}", NodeState.REPRODUCIBLE)
        screen.change(f"runs{number}", NodeState.BUILDING)
    lines = screen.lines()
    assert [line.split(".")[0] for line in lines[:-1]] == ["runs0", "runs1", "runs2"]


def test_nodes_that_the_plan_did_not_have_are_counted() -> None:
    screen = Screen(1, width=100)
    screen.change("app", NodeState.REPRODUCIBLE)
    screen.change("new", NodeState.REPRODUCIBLE)
    assert screen.lines()[-1].startswith("2/2 done · 2 reproducible")


def test_drawing_while_nodes_come_is_no_race() -> None:
    screen = Screen(5000)
    errors: list[RuntimeError] = []

    def draw() -> None:
        try:
            while len(screen.reporter._states) < 5000:
                screen.reporter.render()
        except RuntimeError as error:
            errors.append(error)

    drawing = threading.Thread(target=draw)
    drawing.start()
    for number in range(5000):
        screen.change(f"n{number}", NodeState.BLOCKED, "waits")
    drawing.join()
    assert errors == []
