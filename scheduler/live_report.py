"""The live table of a run on a terminal: what runs now, what ended last, how far the run is."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from farm.build import BuildResult
from farm.clock import Clock
from farm.errors import FarmError
from farm.events import AlarmRaised, ControlRequested, Event, NodeChanged, SourceLearned
from farm.printable import printable
from farm.states import FINAL_STATES, NodeState
from scheduler.node import Node
from scheduler.report import QUIET_STATES, duration, error_lines, failure_lines, remark

_STYLES = {
    NodeState.REPRODUCIBLE: "green",
    NodeState.UNREPRODUCIBLE: "yellow",
    NodeState.FAILED: "red",
    NodeState.UNRESOLVABLE: "red",
    NodeState.TIMED_OUT: "red",
    NodeState.INFRA_ERROR: "magenta",
    NodeState.BUILDING: "cyan",
    NodeState.VERIFYING: "cyan",
}
_RECENT = 12
_STATE_WIDTH = max(len(state) for state in NodeState)
_TIME_WIDTH = len("59m59s")
_REST_OF_SCREEN = 3
"""Lines that are left to the summary, the cursor and what was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    state: NodeState
    why: str
    since: float


class LiveReporter:
    """A table that is redrawn on a terminal. It is told in one thread and drawn in another."""

    def __init__(self, total: int, console: Console, clock: Clock) -> None:
        self._total = total
        self._clock = clock
        self._console = console
        self._lock = threading.Lock()
        self._states: dict[str, NodeState] = {}
        self._counts: Counter[NodeState] = Counter()
        self._active: dict[str, _Row] = {}
        self._ended: list[tuple[str, _Row]] = []
        self._name_width = 0
        self._live = Live(console=console, refresh_per_second=4, transient=True, get_renderable=self.render)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def show(self, event: Event) -> None:
        """Take in an event."""
        if isinstance(event, AlarmRaised | ControlRequested | SourceLearned):
            self._print(remark(event))
        elif isinstance(event, NodeChanged):
            with self._lock:
                self._change(f"{event.component}.{event.arch}", event.state, event.why)

    def problem(self, node: Node, error: FarmError) -> None:
        """Print what, why and what to do above the table."""
        self._print(error_lines(str(node), error))

    def failure(self, node: Node, result: BuildResult) -> None:
        """Print the cause above the table."""
        self._print(failure_lines(node, result))

    def render(self) -> Group:
        """Draw: each node one line, never more lines than the screen has, columns that never get narrower."""
        with self._lock:
            height = max(self._console.height - _REST_OF_SCREEN, 1)
            active = sorted(self._active.items())[:height]
            ended = self._ended[-min(_RECENT, height - len(active)) :] if len(active) < height else []
            summary = self._summary()
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True, width=min(self._name_width, self._console.width // 3))
        table.add_column(no_wrap=True, width=_STATE_WIDTH)
        table.add_column(no_wrap=True, width=_TIME_WIDTH, justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for name, row in ended:
            table.add_row(*_cells(name, row, ""))
        for name, row in active:
            table.add_row(*_cells(name, row, _elapsed(self._clock.monotonic() - row.since)))
        text = Text(summary, no_wrap=True, overflow="ellipsis")
        return Group(table, text) if table.row_count else Group(text)

    def _change(self, name: str, state: NodeState, why: str) -> None:
        before = self._states.get(name)
        if before is not None:
            self._counts[before] -= 1
        self._counts[state] += 1
        self._states[name] = state
        self._name_width = max(self._name_width, len(name))
        known = self._active.pop(name, None)
        since = known.since if known is not None and known.state is state else self._clock.monotonic()
        row = _Row(state=state, why=" ".join(why.split()), since=since)
        if state in FINAL_STATES:
            self._ended = [*self._ended, (name, row)][-_RECENT:]
        elif state not in QUIET_STATES:
            self._active[name] = row

    def _summary(self) -> str:
        total = max(self._total, len(self._states))
        done = sum(self._counts[state] for state in FINAL_STATES)
        counts = Counter(self._counts)
        counts[NodeState.PLANNED] += total - len(self._states)
        parts = [f"{counts[state]} {state}" for state in NodeState if counts[state]]
        return " · ".join([f"{done}/{total} done", *parts, "may be interrupted: nothing finished is lost"])

    def _print(self, text: str) -> None:
        self._console.print(Text(printable(text, keep="\n")))


def _cells(name: str, row: _Row, elapsed: str) -> tuple[Text, Text, Text, Text]:
    state = Text(row.state, style=_STYLES.get(row.state, ""))
    return Text(name), state, Text(elapsed), Text(printable(row.why), style="dim")


def _elapsed(seconds: float) -> str:
    return f"{int(seconds)}s" if seconds < 60 else duration(seconds)  # noqa: PLR2004 - a minute
