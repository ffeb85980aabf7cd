"""Tells a person what happens in a run: one line per event, or a live table on a terminal."""

from dataclasses import dataclass
from typing import Protocol, Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from farm.build import BuildResult
from farm.errors import FarmError
from farm.events import BuildFinished, Event, NodeChanged
from farm.printable import printable
from farm.states import FINAL_STATES, NodeState
from scheduler.node import Node

STATE_STYLES = {
    NodeState.REPRODUCIBLE: "green",
    NodeState.UNREPRODUCIBLE: "yellow",
    NodeState.FAILED: "red",
    NodeState.UNRESOLVABLE: "red",
    NodeState.TIMED_OUT: "red",
    NodeState.INFRA_ERROR: "magenta",
    NodeState.BUILDING: "cyan",
    NodeState.VERIFYING: "cyan",
}
_QUIET_STATES = frozenset({NodeState.PLANNED, NodeState.BLOCKED, NodeState.QUEUED})
_RECENT = 12


class Reporter(Protocol):
    """Told of everything that happens, in order."""

    def show(self, event: Event) -> None:
        """Take in an event."""
        ...

    def problem(self, node: Node, error: FarmError) -> None:
        """Take in why a node could not be resolved."""
        ...

    def failure(self, node: Node, result: BuildResult) -> None:
        """Take in a failed build, with its cause."""
        ...


class SilentReporter:
    """Says nothing (`-q`)."""

    def show(self, event: Event) -> None:
        """Take in an event."""

    def problem(self, node: Node, error: FarmError) -> None:
        """Take in why a node could not be resolved."""

    def failure(self, node: Node, result: BuildResult) -> None:
        """Take in a failed build."""


@dataclass(slots=True)
class LineReporter:
    """Writes one line per event: `(23/700) curl.x86_64 reproducible 3m12s ...`.

    Attributes:
        total: number of nodes of the run.
        verbose: also say what is planned, blocked and queued.
    """

    total: int
    stream: TextIO
    verbose: bool = False
    done: int = 0

    def show(self, event: Event) -> None:
        """Write a line for an event that a person wants to see."""
        line = self._line(event)
        if line:
            self._write(line)

    def problem(self, node: Node, error: FarmError) -> None:
        """Write what, why and what to do."""
        self._write(error_lines(str(node), error))

    def failure(self, node: Node, result: BuildResult) -> None:
        """Write the cause in the log's own words."""
        self._write(failure_lines(node, result))

    def _line(self, event: Event) -> str:
        match event:
            case NodeChanged(state=state) if state in FINAL_STATES:
                self.done += 1
                return f"({self.done}/{self.total}) {event.component}.{event.arch} {state}{_because(event.why)}"
            case NodeChanged(state=state) if self.verbose or state not in _QUIET_STATES:
                return f"({self.done}/{self.total}) {event.component}.{event.arch} {state}{_because(event.why)}"
            case BuildFinished():
                name = f"{event.component}.{event.arch}"
                end = f"{event.outcome} in {duration(event.seconds)}{_because(event.summary)}"
                return f"({self.done}/{self.total}) {name} {event.variation} build {end}"
            case _:
                return ""

    def _write(self, text: str) -> None:
        self.stream.write(printable(text, keep="\n") + "\n")
        self.stream.flush()


class LiveReporter:
    """A table that is redrawn on a terminal: what runs now, what ended last, how far the run is."""

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._states: dict[str, tuple[NodeState, str]] = {}
        self._recent: list[str] = []
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True, get_renderable=self._render)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._live.stop()

    def show(self, event: Event) -> None:
        """Take in an event."""
        if isinstance(event, NodeChanged):
            name = f"{event.component}.{event.arch}"
            self._states[name] = (event.state, event.why)
            if event.state in FINAL_STATES:
                self._recent = [*self._recent, name][-_RECENT:]

    def problem(self, node: Node, error: FarmError) -> None:
        """Print what, why and what to do above the table."""
        self._print(error_lines(str(node), error))

    def failure(self, node: Node, result: BuildResult) -> None:
        """Print the cause above the table."""
        self._print(failure_lines(node, result))

    def _print(self, text: str) -> None:
        self._console.print(Text(printable(text, keep="\n")))

    def _render(self) -> Group:
        table = Table(box=None, pad_edge=False, show_header=False)
        running = [name for name, (state, _) in sorted(self._states.items()) if state not in FINAL_STATES]
        active = [name for name in running if self._states[name][0] not in _QUIET_STATES]
        for name in (*self._recent, *active):
            state, why = self._states[name]
            table.add_row(Text(name), Text(state, style=STATE_STYLES.get(state, "")), Text(printable(why), style="dim"))
        return Group(table, Text(self._summary()))

    def _summary(self) -> str:
        counts: dict[NodeState, int] = {}
        for state, _ in self._states.values():
            counts[state] = counts.get(state, 0) + 1
        done = sum(count for state, count in counts.items() if state in FINAL_STATES)
        parts = [f"{count} {state}" for state, count in sorted(counts.items())]
        return f"{done}/{self._total} done · " + " · ".join(parts) + " · may be interrupted: nothing finished is lost"


def error_lines(subject: str, error: FarmError) -> str:
    """Return what, why and what to do, one behind the other."""
    lines = [f"{subject}: {error.what} [{error.code}]", *(f"    {line}" for line in error.why.splitlines()[:10])]
    if error.hint:
        lines.append(f"    hint: {error.hint}")
    return "\n".join(lines)


def failure_lines(node: Node, result: BuildResult) -> str:
    """Return the cause of a failed build in a few lines, and where its log says them."""
    cause = result.cause
    where = f" (log line {cause.first_line})" if cause and cause.first_line else ""
    summary = cause.summary if cause else str(result.outcome)
    category = cause.category if cause else "unknown"
    head = f"{node}: {result.variation.name} build {result.outcome}: {category}: {summary}{where}"
    lines = [f"    {line}" for line in (cause.lines if cause else ())]
    hint = f"    hint: farm logs -p {node.component} --arch {node.arch}"
    return "\n".join([head, *lines, hint])


def duration(seconds: float) -> str:
    """Return `7.3s`, `3m12s` or `2h05m`."""
    minute, hour = 60, 3600
    if seconds < minute:
        return f"{seconds:.1f}s"
    if seconds < hour:
        return f"{int(seconds) // minute}m{int(seconds) % minute:02d}s"
    return f"{int(seconds) // hour}h{int(seconds) % hour // minute:02d}m"


def _because(why: str) -> str:
    return f": {why}" if why else ""
