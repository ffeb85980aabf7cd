"""Which build a person means who names a component."""

from farm.digest import Digest
from farm.events import BuildStarted
from farm.ledger.ledger import Ledger
from scheduler.node import Node


def last_build_id(ledger: Ledger, node: Node) -> Digest | None:
    """Return the build id of the newest build of a node, running or ended; None where it was never built."""
    for run in ledger.runs()[:1]:
        for stored in reversed(ledger.events(run_id=run.run_id)):
            event = stored.event
            if isinstance(event, BuildStarted) and (event.component, event.arch) == node:
                return event.build_id
    outcome = ledger.last_outcome(node.component, node.arch)
    if outcome is not None and outcome.build_id is not None:
        return outcome.build_id
    good = ledger.last_good(node.component, node.arch)
    return good.build_id if good is not None else None
