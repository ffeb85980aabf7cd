"""Builds a stage round by round, until a round changes no byte (design decision 14).

The first round is built against the seed where a cycle is cut. Each later one is built against what the stage has made
so far, and only of what the stage has made other packages for by then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.errors import BuildError, NotReproducibleError
from farm.ledger.values import NodeOutcome
from farm.stale_packages import digests_by_name, stale_packages
from scheduler.node import Node
from scheduler.rounds_record import RoundsRecord
from scheduler.shortened import some

_SHOWN = 5


class RoundsLeftError(BuildError):
    """A run was told to end before its stage had settled."""

    code = "RND002"


class NotSettledError(NotReproducibleError):
    """A stage still changes in the last round that it may have."""

    code = "RND001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a node has made, and the buildroot that it was made in; `bootstrap` is the bcond it began a cycle with."""

    lock: BuildrootLock
    rpms: tuple[BuiltRpm, ...]
    bootstrap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of a stage after the first.

    Attributes:
        number: counted from 2 on.
        stale: nodes that were built with packages which the stage has others for by now, and the names of these.
        begun: nodes that were built with a bootstrap bcond, which this round builds in full.
        nodes: those two and all that need them: what is resolved again.
        previous: all that the stage has made before.
    """

    number: int
    stale: Mapping[Node, tuple[str, ...]]
    begun: Mapping[Node, str]
    nodes: frozenset[Node]
    previous: Mapping[Node, tuple[BuiltRpm, ...]]

    def describe(self) -> str:
        """Return one line for a person."""
        return f"round {self.number}: {len(self.nodes)} to look at again: {described(self.stale, self.begun)}"


def stale_nodes(made: Mapping[Node, Made]) -> dict[Node, tuple[str, ...]]:
    """Return the nodes whose buildroot had a package in other bytes than the stage has it now, with its name; sorted.

    Those are packages of the seed that the stage makes itself, and packages of an earlier round that have changed.
    """
    rpms: dict[str, list[BuiltRpm]] = {}
    for node, it in made.items():
        rpms.setdefault(node.arch, []).extend(it.rpms)
    digests = {arch: digests_by_name(found) for arch, found in rpms.items()}
    stale = {node: stale_packages(made[node].lock, digests[node.arch]) for node in sorted(made)}
    return {node: names for node, names in stale.items() if names}


def begun_nodes(made: Mapping[Node, Made]) -> dict[Node, str]:
    """Return the nodes that began a cycle with a bootstrap bcond and have not been built in full yet; sorted."""
    return {node: made[node].bootstrap for node in sorted(made) if made[node].bootstrap}


def build_in_rounds(
    first: Sequence[NodeOutcome],
    *,
    drive: Callable[[Round], Sequence[NodeOutcome]],
    made: Callable[[Sequence[NodeOutcome]], Mapping[Node, Made]],
    dependents: Callable[[Node], frozenset[Node]],
    most: int,
    tell: Callable[[str], None],
    record: RoundsRecord,
    goes_on: Callable[[Sequence[NodeOutcome]], bool],
) -> Sequence[NodeOutcome]:
    """Go on after the first round, and return how all nodes ended.

    Args:
        first: outcomes of the first round.
        drive: builds a round, and returns the outcomes of all nodes of the run.
        made: what those nodes have made whose outcome lets others use them.
        dependents: all nodes that need one, directly or not.
        most: rounds, the first among them.
        tell: shows a line to a person.
        record: is told of every round that begins and ends.
        goes_on: whether, after these outcomes, there may be another round.

    Raises:
        NotSettledError: the last round still changed something; says what, and why.
    """
    outcomes = first
    found = made(outcomes)
    for number in range(1, most + 1):
        stale, begun = stale_nodes(found), begun_nodes(found)
        record.ended(number, stale.keys() | begun.keys())
        if not (stale or begun) or not goes_on(outcomes):
            return outcomes
        if number == most:
            raise NotSettledError(
                f"the stage still changes after {most} rounds",
                why="\n".join(_lines(stale, begun)),
                hint="allow more with --rounds; a package that changes in every round is not reproducible",
            )
        again = stale.keys() | begun.keys()
        nodes = frozenset(node for it in again for node in (it, *dependents(it))) & found.keys()
        this = Round(
            number=number + 1,
            stale=stale,
            begun=begun,
            nodes=nodes,
            previous={node: it.rpms for node, it in sorted(found.items())},
        )
        tell(this.describe())
        record.started(this.number, len(nodes), described(stale, begun))
        outcomes = _merged(outcomes, drive(this))
        before, found = found, made(outcomes)
        tell(f"round {this.number}: {_changes(before, found)}")
    return outcomes


def described(stale: Mapping[Node, tuple[str, ...]], begun: Mapping[Node, str]) -> str:
    """Return which nodes a further round builds because of what, the first few of them."""
    lines = list(_lines(stale, begun))
    rest = len(lines) - _SHOWN
    return "; ".join(lines[:_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")


def _lines(stale: Mapping[Node, tuple[str, ...]], begun: Mapping[Node, str]) -> Iterator[str]:
    for node, bcond in begun.items():
        yield f"{node} was built --with {bcond}, not in full"
    for node, names in stale.items():
        yield f"{node} was built with other bytes of {', '.join(names[:_SHOWN])}{' …' if len(names) > _SHOWN else ''}"


def _changes(before: Mapping[Node, Made], after: Mapping[Node, Made]) -> str:
    changed = [str(node) for node in sorted(after) if node not in before or before[node].rpms != after[node].rpms]
    if not changed:
        return "no byte changed"
    return f"other bytes of {some(changed, _SHOWN)}"


def _merged(before: Sequence[NodeOutcome], after: Sequence[NodeOutcome]) -> list[NodeOutcome]:
    """Return the newer outcomes, but for nodes that came to the same build: the older one says what that took."""
    known = {(it.component, it.arch): it for it in before}
    return [
        old
        if (old := known.get((it.component, it.arch))) is not None
        and (old.build_id, old.state) == (it.build_id, it.state)
        else it
        for it in after
    ]
