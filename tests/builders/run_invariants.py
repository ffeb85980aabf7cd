"""What must hold of a ledger and a store after a stage was built, whatever was killed meanwhile."""

from collections import Counter

from sqlalchemy import Connection, select

from farm.build import BuildOutcome
from farm.events import BuildFinished, BuildStarted, RunStatus, VerdictReached
from farm.ledger.ledger import Ledger
from farm.ledger.tables import lease_table
from farm.paths import StatePaths
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from scheduler.node import Node
from scheduler.node_building import VARIATIONS


def check_run(ledger: Ledger, state: StatePaths, nodes: list[Node]) -> None:
    """Look at all that is left of the runs of a stage, the last of which came to its end.

    No finished build repeated, none lost, none applied twice, no lease left behind, the chain whole.
    """
    events = [stored.event for stored in ledger.events()]
    store = DirectoryStore(state.store)
    outcomes = {Node(it.component, it.arch): it for it in ledger.last_outcomes()}
    assert sorted(outcomes) == nodes
    assert {it.state for it in outcomes.values()} == {NodeState.REPRODUCIBLE}
    wanted = Counter((it.build_id, name) for it in outcomes.values() for name in VARIATIONS)
    finished = Counter(
        (event.build_id, event.variation)
        for event in events
        if isinstance(event, BuildFinished) and event.outcome is BuildOutcome.SUCCEEDED
    )
    assert set(finished.values()) == {1}, f"a finished build was repeated: {finished}"
    assert finished.keys() >= wanted.keys(), "a build was lost"
    recorded = Counter(
        (result.build_id, result.variation.name)
        for it in outcomes.values()
        if it.build_id is not None
        for result in ledger.results(it.build_id)
        if result.outcome is BuildOutcome.SUCCEEDED
    )
    assert recorded == wanted, "each result was applied once"
    begun = Counter((event.build_id, event.variation) for event in events if isinstance(event, BuildStarted))
    assert begun.keys() >= finished.keys()
    judged = Counter(event.build_id for event in events if isinstance(event, VerdictReached))
    assert set(judged.values()) == {1}, f"a build was judged twice: {judged}"
    assert judged.keys() >= {it.build_id for it in outcomes.values()}, "a verdict was lost"
    for it in outcomes.values():
        assert it.build_id is not None
        verdict = ledger.verdict(it.build_id)
        assert verdict is not None
        assert set(verdict.builds) == set(VARIATIONS)
        assert all(store.read(rpm.digest) for rpm in verdict.rpms)
    assert held_leases(ledger) == []
    assert {run.status for run in ledger.runs()} <= {RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.INTERRUPTED}
    assert ledger.verify_chain() == len(events)
    assert list((state.store / "new").iterdir()) == [], "nothing half-written is left in the store"


def held_leases(ledger: Ledger) -> list[str]:
    """Return the subjects of the leases that somebody holds."""

    def work(connection: Connection) -> list[str]:
        query = select(lease_table.c.subject).where(lease_table.c.held).order_by(lease_table.c.subject)
        return list(connection.execute(query).scalars())

    return ledger._database.read(work)
