"""Which run a request is for, and which of its builds."""

import fnmatch
from collections.abc import Mapping, Sequence

from farm.errors import UsageError
from farm.events import NodeChanged, NodePlanned, RunStatus
from farm.ledger.ledger import Ledger
from farm.ledger.values import Run
from farm.states import FINAL_STATES, NodeState
from scheduler.node import Node
from scheduler.run_lease import is_abandoned
from scheduler.shortened import some


class NoSuchRunError(UsageError):
    """There is no run that could be told anything."""

    code = "CLI040"


class NoSuchNodeError(UsageError):
    """A selector matches no build of the run."""

    code = "CLI041"


class EndedError(UsageError):
    """All the builds that a selector matches have ended."""

    code = "CLI046"


def driven_run(ledger: Ledger, run_id: str) -> Run:
    """Return the run of an id, or the only one where none is named; it must be driven now.

    Raises:
        NoSuchRunError: there is none, or there are several to choose from.
    """
    named = [each for each in ledger.runs() if run_id in ("", each.run_id)]
    driven = [
        each for each in named if each.status is RunStatus.RUNNING and not is_abandoned(ledger, each, ledger.clock)
    ]
    if len(driven) == 1:
        return driven[0]
    if driven:
        names = ", ".join(each.run_id for each in driven)
        raise NoSuchRunError("several runs are driven now", why=names, hint="name one of them")
    if run_id and named:
        raise NoSuchRunError(f"{run_id} is not driven any more", why=f"it is {named[0].status}")
    raise NoSuchRunError(f"there is no run {run_id}" if run_id else "no run is driven now", hint="farm run list")


def matching_nodes(ledger: Ledger, run_id: str, globs: Sequence[str], arches: Sequence[str]) -> dict[Node, NodeState]:
    """Return the builds of a run that globs and architectures name, sorted, each with the state it is in.

    Raises:
        NoSuchNodeError: a glob matches none.
    """
    known = {node: state for node, state in _states(ledger, run_id).items() if not arches or node.arch in arches}
    for glob in globs or ("*",):
        if not any(fnmatch.fnmatchcase(node.component, glob) for node in known):
            raise NoSuchNodeError(f"no build of {run_id} matches {glob}", hint=f"farm watch --no-follow {run_id}")
    return {
        node: known[node]
        for node in sorted(known)
        if any(fnmatch.fnmatchcase(node.component, glob) for glob in globs or ("*",))
    }


def ended_words(run_id: str, nodes: Mapping[Node, NodeState]) -> str:
    """Return what to say of those of some builds that have ended, which no request changes; empty where none has.

    Raises:
        EndedError: all of them have.
    """
    ended = [f"{node} ({state})" for node, state in nodes.items() if state in FINAL_STATES]
    if nodes and len(ended) == len(nodes):
        raise EndedError(
            f"what was selected of {run_id} has ended already",
            why=f"{some(ended)}; what has ended stays as it is",
            hint=f"farm watch --no-follow {run_id}",
        )
    return f"{some(ended)} ended before: what has ended stays as it is" if ended else ""


def _states(ledger: Ledger, run_id: str) -> dict[Node, NodeState]:
    found: dict[Node, NodeState] = {}
    for stored in ledger.events(run_id=run_id):
        match stored.event:
            case NodePlanned(component=component, arch=arch):
                found.setdefault(Node(component, arch), NodeState.PLANNED)
            case NodeChanged(component=component, arch=arch, state=state):
                found[Node(component, arch)] = state
    return found
