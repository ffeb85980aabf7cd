"""Tells a person what happens in a run: one line per event."""

from dataclasses import dataclass, field
from typing import Protocol, TextIO

from farm.build import BuildOutcome, BuildResult
from farm.errors import FarmError
from farm.events import AlarmRaised, BuildFinished, ControlRequested, Event, NodeChanged, SourceLearned
from farm.printable import printable
from farm.states import FINAL_STATES, NodeState
from scheduler.node import Node

QUIET_STATES = frozenset({NodeState.PLANNED, NodeState.BLOCKED, NodeState.QUEUED})
"""States in which nothing happens."""


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
        verbose: also say what is planned, blocked and queued, and which worker built.
    """

    total: int
    stream: TextIO
    verbose: bool = False
    done: int = 0
    _states: dict[str, NodeState] = field(default_factory=dict)

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
            case NodeChanged():
                return self._change(f"{event.component}.{event.arch}", event.state, event.why)
            case BuildFinished():
                time = "" if event.outcome is BuildOutcome.CANCELLED else f" in {duration(event.seconds)}"
                place = f" on {event.worker}" if self.verbose and event.worker else ""
                end = f"{event.outcome}{time}{place}{_because(event.summary)}"
                return f"{self._count()} {event.component}.{event.arch} {event.variation} build {end}"
            case AlarmRaised() | ControlRequested() | SourceLearned():
                return remark(event)
            case _:
                return ""

    def _change(self, name: str, state: NodeState, why: str) -> str:
        """Return the line of a new state; another reason for the same state is said only on request."""
        is_new = self._states.get(name) is not state
        self._states[name] = state
        self.done += state in FINAL_STATES
        if not self.verbose and (state in QUIET_STATES or not is_new):
            return ""
        return f"{self._count()} {name} {state}{_because(why)}"

    def _count(self) -> str:
        """Return how many nodes are final; a run may meet nodes that its plan did not have."""
        return f"({self.done}/{max(self.total, len(self._states))})"

    def _write(self, text: str) -> None:
        self.stream.write(printable(text, keep="\n") + "\n")
        self.stream.flush()


def remark(event: AlarmRaised | ControlRequested | SourceLearned) -> str:
    """Return the line of an alarm, of what somebody asked of the run, or of a file that nobody has vouched for."""
    if isinstance(event, SourceLearned):
        return f"{event.component}: {event.filename} was taken without a hash: {event.hash_type} {event.hash}"
    if isinstance(event, AlarmRaised):
        return f"alarm: {event.kind}: {event.why}"
    names = ", ".join(f"{component}.{arch}" for component, arch in event.nodes) or "the run"
    return f"{event.by or 'somebody'} asks to {event.action} {names}{_because(event.why)}"


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
