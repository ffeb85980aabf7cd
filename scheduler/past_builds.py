"""What earlier runs tell of runs to come: what builds took, and how many were saved by equal bytes."""

from dataclasses import dataclass, field

from farm.build import BuildOutcome, BuildResult
from farm.events import NodePlanned
from farm.ledger.ledger import Ledger
from farm.states import NodeState
from scheduler.learned_demands import Use
from scheduler.node import Node
from scheduler.plan import Action

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


def read_past_builds(ledger: Ledger) -> PastBuilds:
    """Read the newest runs of a ledger."""
    samples: dict[Node, list[float]] = {}
    uses: dict[Node, list[Use]] = {}
    seen: set[str] = set()
    perhaps = saved = 0
    for run in sorted(ledger.runs(), key=lambda it: it.started)[-_RUNS:]:
        maybe = {
            Node(it.event.component, it.event.arch)
            for it in ledger.events(run_id=run.run_id)
            if isinstance(it.event, NodePlanned) and it.event.action == Action.MAYBE
        }
        for outcome in ledger.outcomes(run.run_id):
            node = Node(outcome.component, outcome.arch)
            if node in maybe and outcome.state in {NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE}:
                perhaps += 1
                saved += outcome.seconds == 0
            if outcome.build_id is None or outcome.build_id in seen:
                continue
            seen.add(outcome.build_id)
            built = [it for it in ledger.latest_results(outcome.build_id) if it.outcome is BuildOutcome.SUCCEEDED]
            samples.setdefault(node, []).extend(result.seconds for result in built)
            uses.setdefault(node, []).extend(map(_use, built))
    return PastBuilds(
        samples={node: tuple(found) for node, found in sorted(samples.items())},
        perhaps=perhaps,
        saved=saved,
        uses={node: tuple(found) for node, found in sorted(uses.items())},
    )


def _use(result: BuildResult) -> Use:
    return Use(memory_bytes=result.memory_bytes, disk_bytes=result.disk_bytes, cpus=result.cpus)
