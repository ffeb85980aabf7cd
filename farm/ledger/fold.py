"""The state of a run as a fold over its events: pure, and the same however the events are cut into pieces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from farm.build import BuildOutcome
from farm.digest import Digest
from farm.events import (
    BuildFinished,
    BuildStarted,
    NodeChanged,
    NodePlanned,
    Published,
    RolledBack,
    RoundEnded,
    RoundStarted,
    RunFinished,
    RunStarted,
    RunStatus,
    VerdictReached,
)
from farm.ledger.values import StoredEvent
from farm.states import NodeState
from farm.verdict import VerdictStatus

NodeKey = tuple[str, str]
"""Component and architecture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildView:
    """One build of a node. While it runs, `outcome` is None and the worker not known."""

    variation: str
    started: str
    worker: str = ""
    outcome: BuildOutcome | None = None
    seconds: float = 0.0
    log: Digest | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """A node of a run as its events tell it.

    Attributes:
        since: time of the last change of state.
        builds: attempts in the order they began.
        causes: names of the causes of a difference.
    """

    component: str
    arch: str
    state: NodeState = NodeState.PLANNED
    why: str = ""
    since: str = ""
    reasons: tuple[str, ...] = ()
    build_id: Digest | None = None
    builds: tuple[BuildView, ...] = ()
    verdict: VerdictStatus | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run as its events tell it.

    Attributes:
        nodes: by component and architecture, in the order they were first named.
        seq: the last event that is in it.
        snapshot: the snapshot that clients see, where the events tell.
        round: of the stage that is built, or was the last; the first is 1.
        settled: whether that round left nothing stale: no further one is needed.
    """

    status: RunStatus = RunStatus.RUNNING
    project: str = ""
    commit: str = ""
    command: str = ""
    started: str = ""
    ended: str = ""
    snapshot: str = ""
    round: int = 1
    settled: bool = False
    seq: int = 0
    nodes: Mapping[NodeKey, NodeView] = field(default_factory=lambda: MappingProxyType({}))

    def count(self, state: NodeState) -> int:
        """Return how many nodes are in a state."""
        return sum(node.state is state for node in self.nodes.values())


def fold(events: Iterable[StoredEvent], start: RunView | None = None) -> RunView:
    """Return the state of a run after events; go on from an earlier state with those that came since."""
    view = start or RunView()
    nodes = dict(view.nodes)
    for stored in events:
        view = _step_run(replace(view, seq=stored.seq), stored)
        _step_node(nodes, stored)
    return replace(view, nodes=MappingProxyType(nodes))


def _step_run(view: RunView, stored: StoredEvent) -> RunView:
    match stored.event:
        case RunStarted(project=project, commit=commit, command=command):
            return replace(view, project=project, commit=commit, command=command, started=stored.time)
        case RunFinished(status=status):
            return replace(view, status=status, ended=stored.time)
        case RoundStarted(number=number):
            return replace(view, round=number, settled=False)
        case RoundEnded(number=number, stale=stale):
            return replace(view, round=number, settled=not stale)
        case Published(snapshot=snapshot) | RolledBack(snapshot=snapshot):
            return replace(view, snapshot=snapshot)
    return view


def _step_node(nodes: dict[NodeKey, NodeView], stored: StoredEvent) -> None:
    event = stored.event
    if not isinstance(event, NodePlanned | NodeChanged | BuildStarted | BuildFinished | VerdictReached):
        return
    key = (event.component, event.arch)
    node = nodes.get(key) or NodeView(component=event.component, arch=event.arch, since=stored.time)
    match event:
        case NodePlanned(reasons=reasons):
            node = replace(node, reasons=reasons)
        case NodeChanged(state=state, why=why):
            node = replace(node, state=state, why=why, since=stored.time if state is not node.state else node.since)
        case BuildStarted():
            node = _started(node, event, stored.time)
        case BuildFinished():
            node = _finished(node, event, stored.time)
        case VerdictReached(build_id=build_id, status=status, causes=causes):
            node = replace(node, build_id=build_id, verdict=status, causes=causes)
    nodes[key] = node


def _started(node: NodeView, event: BuildStarted, time: str) -> NodeView:
    build = BuildView(variation=event.variation, started=time)
    return replace(node, build_id=event.build_id, builds=(*node.builds, build))


def _finished(node: NodeView, event: BuildFinished, time: str) -> NodeView:
    """End the newest build of the variation that runs; an end without a beginning is a build all the same."""
    builds = list(node.builds)
    running = [at for at, each in enumerate(builds) if each.variation == event.variation and each.outcome is None]
    if not running:
        builds.append(BuildView(variation=event.variation, started=time))
        running = [len(builds) - 1]
    builds[running[-1]] = replace(
        builds[running[-1]],
        worker=event.worker,
        outcome=event.outcome,
        seconds=event.seconds,
        log=event.log,
        summary=event.summary,
    )
    return replace(node, build_id=event.build_id, builds=tuple(builds))
