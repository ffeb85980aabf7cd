"""What earlier runs tell of runs to come: what builds took, and how many were saved by equal bytes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from farm.build import BuildOutcome, BuildResult
from farm.events import NodeChanged, NodePlanned
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.learned_demands import Use
from scheduler.node import Node
from scheduler.plan import Action

_EVENTS = 2000
_OUTCOMES = 20_000
_EXAMPLES = 1000
_RUNS = 50
"""So many runs back: machines and packages change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBuilds:
    """Facts of earlier runs.

    Attributes:
        samples: wall times of successful builds in seconds, oldest first.
        perhaps: how many nodes were to be built only if something they need got other bytes.
        saved: how many of these were not built.
        uses: what successful builds took of their machines, oldest first.
    """

    samples: dict[Node, tuple[float, ...]]
    perhaps: int = 0
    saved: int = 0
    uses: dict[Node, tuple[Use, ...]] = field(default_factory=dict)

    @property
    def saved_share(self) -> float:
        """The share of such nodes that early cutoff saves; a half where nothing is known yet."""
        return (self.saved + 1) / (self.perhaps + 2)


def read_past_builds(ledger: Ledger, of: Collection[Node] | None = None) -> PastBuilds:
    """Read the newest runs of a ledger.

    Args:
        of: nodes whose builds count, all otherwise; some others count with them, as examples.
    """
    samples: dict[Node, list[float]] = {}
    uses: dict[Node, list[Use]] = {}
    seen: set[str] = set()
    perhaps = saved = 0
    for run_id, outcomes in _newest_runs(ledger):
        maybe = _maybe(ledger, run_id)
        counted = _counted(outcomes, of)
        results = ledger.many.latest_results(
            [
                it.build_id
                for it in outcomes
                if it.build_id is not None and it.build_id not in seen and Node(it.component, it.arch) in counted
            ]
        )
        for outcome in outcomes:
            node = Node(outcome.component, outcome.arch)
            if node in maybe and outcome.state in {NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE}:
                perhaps += 1
                saved += outcome.seconds == 0
            if outcome.build_id is None or outcome.build_id in seen or node not in counted:
                continue
            seen.add(outcome.build_id)
            built = [it for it in results.get(outcome.build_id, ()) if it.outcome is BuildOutcome.SUCCEEDED]
            samples.setdefault(node, []).extend(result.seconds for result in built)
            uses.setdefault(node, []).extend(map(_use, built))
    return PastBuilds(
        samples={node: tuple(found) for node, found in sorted(samples.items())},
        perhaps=perhaps,
        saved=saved,
        uses={node: tuple(found) for node, found in sorted(uses.items())},
    )


def _newest_runs(ledger: Ledger) -> list[tuple[str, list[NodeOutcome]]]:
    """Return the newest runs with the ends of their nodes, oldest first: few of them where they had many nodes."""
    found: list[tuple[str, list[NodeOutcome]]] = []
    for run in sorted(ledger.runs(), key=lambda it: it.started, reverse=True)[:_RUNS]:
        if sum(len(outcomes) for _, outcomes in found) > _OUTCOMES:
            break
        found.append((run.run_id, ledger.outcomes(run.run_id)))
    return found[::-1]


def _counted(outcomes: Sequence[NodeOutcome], of: Collection[Node] | None) -> set[Node]:
    nodes = [Node(it.component, it.arch) for it in outcomes]
    if of is None:
        return set(nodes)
    return {*(node for node in nodes if node in of), *nodes[:_EXAMPLES]}


def _maybe(ledger: Ledger, run_id: str) -> set[Node]:
    """Return the nodes that a run was to build only if something they need got other bytes.

    A run says what it plans before it begins anything: the rest of its events, which are many, is not read.
    """
    found: set[Node] = set()
    after = 0
    while some := ledger.events(after=after, run_id=run_id, limit=_EVENTS):
        after = some[-1].seq
        planned = [it.event for it in some if isinstance(it.event, NodePlanned)]
        found.update(Node(it.component, it.arch) for it in planned if it.action == Action.MAYBE)
        if any(isinstance(it.event, NodeChanged) for it in some):
            break
    return found


def _use(result: BuildResult) -> Use:
    return Use(memory_bytes=result.memory_bytes, disk_bytes=result.disk_bytes, cpus=result.cpus)
