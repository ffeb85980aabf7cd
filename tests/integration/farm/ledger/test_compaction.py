"""History that is let go of, in both databases."""

from datetime import timedelta

import pytest
from builders.builds import build_result, digest, verdict
from builders.fake_clock import FakeClock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from farm.events import NodeChanged, RolledBack, RunStatus
from farm.ledger.errors import BrokenChainError, LedgerError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.tables import checkpoint_table, event_table
from farm.ledger.values import NodeOutcome
from farm.states import NodeState

pytestmark = pytest.mark.integration

DAY = 86_400.0


def run(
    ledger: Ledger,
    state: NodeState,
    component: str = "curl",
    *,
    ends: bool = True,
    status: RunStatus = RunStatus.SUCCEEDED,
) -> str:
    run_id = ledger.begin_run("p", "", "build")
    ledger.append(run_id, NodeChanged(component=component, arch="x86_64", state=state, why="because"))
    ledger.record_outcome(run_id, outcome(state, component, run_id))
    if ends:
        ledger.end_run(run_id, status)
    return run_id


def outcome(state: NodeState, component: str, run_id: str) -> NodeOutcome:
    return NodeOutcome(component=component, arch="x86_64", state=state, build_id=digest(run_id), why="", seconds=1.0)


def test_old_events_go_and_the_chain_goes_on(ledger: Ledger, clock: FakeClock) -> None:
    run(ledger, NodeState.FAILED)
    clock.sleep(100 * DAY)
    kept = run(ledger, NodeState.REPRODUCIBLE)
    foretold = ledger.compact(clock.now() - timedelta(days=30), dry_run=True)
    assert (foretold.events, foretold.through) == (3, 3)
    assert len(ledger.events()) == 6
    assert ledger.compact(clock.now() - timedelta(days=30)) == foretold
    assert [stored.seq for stored in ledger.events()] == [4, 5, 6]
    assert {stored.run_id for stored in ledger.events()} == {kept}
    assert ledger.verify_chain() == 6
    assert ledger.append(None, RolledBack(snapshot="s")) == 7
    assert ledger.verify_chain() == 7


def test_all_events_may_go_more_than_once(ledger: Ledger, clock: FakeClock) -> None:
    for _ in range(3):
        run(ledger, NodeState.FAILED)
        clock.sleep(DAY)
        assert ledger.compact(clock.now()).events == 3
        assert ledger.compact(clock.now()).events == 0
    assert ledger.events() == []
    assert ledger.verify_chain() == 9


def test_what_the_newest_outcomes_say_stays(ledger: Ledger, clock: FakeClock) -> None:
    states = [NodeState.REPRODUCIBLE, NodeState.REPRODUCIBLE, NodeState.FAILED, NodeState.FAILED, NodeState.CANCELLED]
    runs = [run(ledger, state) for state in states]
    clock.sleep(1000 * DAY)
    before = [ledger.last_outcome("curl", "x86_64", wanted) for wanted in (None, *([state] for state in states))]
    assert ledger.compact(clock.now()).outcomes == 2
    assert [
        ledger.last_outcome("curl", "x86_64", wanted) for wanted in (None, *([state] for state in states))
    ] == before
    assert [len(ledger.outcomes(each)) for each in runs] == [0, 1, 0, 1, 1]
    assert len(ledger.runs()) == 5


def test_what_came_out_of_a_run_that_succeeded_stays_behind_what_one_left_half_way(
    ledger: Ledger, clock: FakeClock
) -> None:
    ends = [RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.INTERRUPTED, RunStatus.INTERRUPTED]
    runs = [run(ledger, NodeState.REPRODUCIBLE, status=status) for status in ends]
    clock.sleep(1000 * DAY)
    assert ledger.compact(clock.now()).outcomes == 2
    past = ledger.past_outcomes("curl", "x86_64", [NodeState.REPRODUCIBLE])
    assert [run_id for run_id, _ in past] == [runs[3], runs[1]]


def test_results_and_verdicts_stay(ledger: Ledger, clock: FakeClock) -> None:
    for subject in (build_subject(digest("curl"), "first"), build_subject(digest("curl"))):
        lease = ledger.acquire(subject, this_process(), 60)
        assert lease is not None
        if subject.endswith("first"):
            ledger.record_result(lease, build_result())
        else:
            ledger.record_verdict(lease, verdict())
    run(ledger, NodeState.REPRODUCIBLE)
    clock.sleep(5000 * DAY)
    ledger.compact(clock.now())
    assert ledger.results(digest("curl")) == [build_result()]
    assert ledger.verdict(digest("curl")) == verdict()


def test_a_run_that_has_not_ended_keeps_its_events_and_all_after_them(ledger: Ledger, clock: FakeClock) -> None:
    run(ledger, NodeState.FAILED)
    long = run(ledger, NodeState.FAILED, "bash", ends=False)
    run(ledger, NodeState.FAILED)
    clock.sleep(100 * DAY)
    assert ledger.compact(clock.now()).through == 3
    assert len(ledger.events(run_id=long)) == 2
    assert ledger.verify_chain() == 8


def test_a_reader_goes_on_from_a_cursor_that_is_behind(ledger: Ledger, clock: FakeClock) -> None:
    run(ledger, NodeState.FAILED)
    clock.sleep(DAY)
    ledger.compact(clock.now())
    ledger.append(None, RolledBack(snapshot="s"))
    assert [stored.seq for stored in ledger.events(after=1)] == [4]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(0, 40), min_size=1, max_size=6), keep=st.integers(0, 60))
def test_whatever_goes_the_chain_holds_and_answers_stay(
    ledger: Ledger, clock: FakeClock, days: list[int], keep: int
) -> None:
    for each in days:
        run(ledger, NodeState.FAILED if each % 2 else NodeState.REPRODUCIBLE)
        clock.sleep(each * DAY)
    last, good, count = ledger.last_outcomes(), ledger.last_good("curl", "x86_64"), ledger.verify_chain()
    ledger.compact(clock.now() - timedelta(days=keep))
    assert (ledger.last_outcomes(), ledger.last_good("curl", "x86_64")) == (last, good)
    assert ledger.verify_chain() == count
    assert ledger.compact(clock.now() - timedelta(days=keep)).events == 0


def raw(ledger: Ledger, *statements: object) -> None:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement) if isinstance(statement, str) else statement)  # type: ignore[call-overload] # either

    ledger._database.write(work)


def test_events_behind_no_checkpoint_cannot_go(ledger: Ledger, clock: FakeClock) -> None:
    run(ledger, NodeState.FAILED)
    clock.sleep(DAY)
    ledger.compact(clock.now())
    run(ledger, NodeState.FAILED)
    for statement in (
        delete(event_table),
        update(event_table).values(time=""),
        delete(checkpoint_table),
        update(checkpoint_table).values(seq=5),
    ):
        with pytest.raises(LedgerError) as caught:
            raw(ledger, statement)
        assert isinstance(caught.value.__cause__, DBAPIError)
        assert "only grow" in str(caught.value.__cause__)
    assert ledger.verify_chain() == 6


def test_a_checkpoint_of_somebody_elses_is_found(ledger: Ledger) -> None:
    run(ledger, NodeState.FAILED)
    forged = {"seq": 2, "hash": "0" * 64, "events": 2, "time": "", "previous": "0" * 64, "digest": "0" * 64}
    raw(ledger, insert(checkpoint_table).values(**forged), delete(event_table).where(event_table.c.seq <= 2))
    with pytest.raises(BrokenChainError, match="checkpoint at event 2"):
        ledger.verify_chain()


def test_events_that_went_without_trace_are_found(ledger: Ledger, clock: FakeClock) -> None:
    run(ledger, NodeState.FAILED)
    clock.sleep(DAY)
    ledger.compact(clock.now())
    run(ledger, NodeState.FAILED)
    drop = (
        "events_no_delete"
        if ledger._database._backend.engine.dialect.name == "sqlite"
        else "events_not_covered ON events"
    )
    raw(ledger, f"DROP TRIGGER {drop}", delete(event_table).where(event_table.c.seq == 4))
    with pytest.raises(BrokenChainError, match="event 4"):
        ledger.verify_chain()
