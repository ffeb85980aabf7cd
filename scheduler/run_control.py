"""What people ask of a run while it is driven: asked for through the ledger, which its driver reads.

A request is an event of the run: it is recorded with who asked, it reaches a driver on another machine, and it is done
once, by the driver that the run has.
"""

from collections.abc import Collection, Iterator, Sequence

from farm.events import ControlAction, ControlRequested
from farm.ledger.ledger import Ledger
from scheduler import messages
from scheduler.node import Node
from scheduler.policy import Ask, Urgency

URGENCIES = {"security": Urgency.SECURITY, "request": Urgency.REQUEST, "mass": Urgency.MASS}
"""The classes of builds by the names that people give them, the most urgent first."""


class RunControl:
    """Reads what is asked of one run, from where it began, and knows what of it still holds.

    A run has one, whatever number of drivers it has one after the other: each request is done by the driver of its
    moment, and what holds on is told to those after it.

    Attributes:
        ending: why the run is to begin nothing more; empty while it may.
    """

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._cursor = 0
        self._pause: messages.PauseRequested | None = None
        self._asks: dict[Node, Ask] = {}
        self.ending = ""

    def news(self) -> Iterator[tuple[ControlRequested, messages.Event]]:
        """Yield what was asked since the last time, with what the machine is to be told of it."""
        found, self._cursor = self._ledger.events_of(ControlRequested, self._run_id, self._cursor)
        for stored in found:
            if isinstance(stored.event, ControlRequested):
                message = as_message(stored.event)
                self._keep(stored.event, message)
                yield stored.event, message

    def standing(self, nodes: Collection[Node]) -> list[messages.Event]:
        """Return what a machine of these nodes is to be told when it begins."""
        told: list[messages.Event] = [
            messages.AskChanged(nodes=(node,), ask=ask) for node, ask in sorted(self._asks.items()) if node in nodes
        ]
        return [*told, self._pause] if self._pause is not None else told

    def _keep(self, asked: ControlRequested, message: messages.Event) -> None:
        match message:
            case messages.PauseRequested():
                self._pause = message
            case messages.ResumeRequested():
                self._pause = None
            case messages.AskChanged(nodes=nodes, ask=ask):
                self._asks.update(dict.fromkeys(nodes, ask))
            case messages.StopRequested(why=why) | messages.DrainRequested(why=why):
                self.ending = self.ending or (f"{asked.action}: {why}" if why else asked.action.value)


def as_message(asked: ControlRequested) -> messages.Event:
    """Return what the machine is told; an unknown class counts as `request`."""
    why = ": ".join(word for word in (asked.by, asked.why) if word)
    nodes = _nodes(asked.nodes)
    match asked.action:
        case ControlAction.CANCEL:
            return messages.CancelRequested(nodes=nodes, why=why) if nodes else messages.StopRequested(why=why)
        case ControlAction.PAUSE:
            return messages.PauseRequested(why=why)
        case ControlAction.RESUME:
            return messages.ResumeRequested()
        case ControlAction.DRAIN:
            return messages.DrainRequested(why=why)
        case ControlAction.PRIORITIZE:
            ask = Ask(urgency=URGENCIES.get(asked.urgency, Urgency.REQUEST), requester=asked.by)
            return messages.AskChanged(nodes=nodes, ask=ask)


def _nodes(pairs: Sequence[tuple[str, str]]) -> tuple[Node, ...]:
    return tuple(Node(component, arch) for component, arch in pairs)
