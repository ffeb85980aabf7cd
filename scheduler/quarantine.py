"""Builds that killed what ran them: they are not tried again until their inputs change, or a person releases them."""

from collections.abc import Sequence
from dataclasses import replace

from farm.events import QuarantineReleased
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.node import Node

_ENDED = (NodeState.INFRA_ERROR,)


def quarantined(ledger: Ledger) -> dict[Node, NodeOutcome]:
    """Return the outcomes that put nodes into quarantine, by node: each holds for the build id that it names."""
    outcomes = ledger.last_outcomes(_ENDED)
    return {Node(it.component, it.arch): it for it in outcomes if it.quarantined and it.build_id is not None}


def quarantine_words(outcome: NodeOutcome) -> str:
    """Return why a node is not tried, and what to do about it, in one line."""
    hint = f"farm run release -p {outcome.component} lets it be tried again"
    return outcome.why if outcome.why.startswith("in quarantine") else f"in quarantine: {outcome.why}; {hint}"


def release(ledger: Ledger, nodes: Sequence[Node], *, by: str, why: str) -> None:
    """Let nodes be built again, and write down in the run that quarantined each who said so."""
    words = f"released by {by}: {why}" if why else f"released by {by}"
    with ledger.transaction():
        for node in nodes:
            for run_id, outcome in ledger.past_outcomes(node.component, node.arch, _ENDED)[:1]:
                event = QuarantineReleased(component=node.component, arch=node.arch, by=by, why=why)
                ledger.append(run_id, event)
                free = replace(outcome, quarantined=False, why=f"{outcome.why}; {words}")
                ledger.record_outcome(run_id, free)
