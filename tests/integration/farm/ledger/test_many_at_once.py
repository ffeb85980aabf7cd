"""Many leases, results, verdicts, events and outcomes at once: what each method for one promises, for all of them."""

from dataclasses import replace

import pytest
from builders.builds import build_result, digest, verdict
from builders.fake_clock import FakeClock

from farm.build import BuildResult
from farm.events import RolledBack
from farm.ledger.errors import UnknownRunError, WrongLeaseError
from farm.ledger.holder import Holder, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.values import Lease, NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict

pytestmark = pytest.mark.integration

HERE = this_process()
ELSEWHERE = Holder(name="worker@elsewhere", boot="another", pid=1, started=1)
DEAD = replace(HERE, name="dead", started=1)
NAMES = ("bash", "curl", "dash")


def leased(ledger: Ledger, variation: str = "") -> dict[str, Lease]:
    """Lease a build id, or a variation of it, for each name."""
    subjects = {name: build_subject(digest(name), variation) for name in NAMES}
    taken = ledger.many.acquire(list(subjects.values()), HERE, 60)
    return {name: taken[subject] for name, subject in subjects.items()}


def result(name: str) -> BuildResult:
    return replace(build_result(), build_id=digest(name), component=name)


def judged(name: str) -> Verdict:
    return replace(verdict(), build_id=digest(name), component=name)


def outcome(name: str, state: NodeState = NodeState.REPRODUCIBLE) -> NodeOutcome:
    return NodeOutcome(component=name, arch="x86_64", state=state, build_id=digest(name), why="", seconds=1.0)


def test_only_those_are_leased_that_nobody_has(ledger: Ledger, clock: FakeClock) -> None:
    assert ledger.acquire("b", ELSEWHERE, 60) is not None
    assert ledger.acquire("c", DEAD, 60) is not None
    taken = ledger.many.acquire(["a", "b", "c", "d"], HERE, 60)
    assert {subject: lease.token for subject, lease in taken.items()} == {"a": 1, "c": 2, "d": 1}
    assert {subject: ledger.lease_of(subject) for subject in taken} == taken
    clock.sleep(61)
    assert ledger.many.acquire(["b"], HERE, 60)["b"].token == 2
    assert ledger.many.acquire([], HERE, 60) == {}


def test_those_that_were_lost_are_not_renewed(ledger: Ledger, clock: FakeClock) -> None:
    taken = ledger.many.acquire(["a", "b", "c"], HERE, 60)
    ledger.release(taken["b"])
    clock.sleep(30)
    renewed = ledger.many.renew(list(taken.values()))
    assert [lease.subject for lease in renewed] == ["a", "c"]
    assert all(lease.expires > taken[lease.subject].expires for lease in renewed)
    assert ledger.lease_of("a") == renewed[0]
    ledger.many.release([*taken.values(), *renewed])
    assert [ledger.lease_of(subject) for subject in "abc"] == [None, None, None]
    ledger.many.release([])


def test_a_token_that_was_given_twice_is_proof_for_its_holder_alone(ledger: Ledger) -> None:
    """A transaction that was undone had a token that nobody remembers: the next one has it again."""
    theirs = ledger.acquire("a", ELSEWHERE, 60)
    assert theirs is not None
    undone = replace(theirs, holder=HERE)
    ledger.release(undone)
    assert ledger.lease_of("a") == theirs
    assert ledger.many.renew([undone]) == []


def test_results_are_refused_one_by_one(ledger: Ledger) -> None:
    attempts = leased(ledger, "first")
    ledger.release(attempts["curl"])
    told = [(attempts[name], result(name)) for name in NAMES]
    refused = ledger.many.record_results([*told, told[0]])
    assert list(refused) == [build_subject(digest("curl"), "first")]
    assert "was lost: token 1" in refused[build_subject(digest("curl"), "first")]
    assert ledger.many.record_results(told[:1]) == {}
    ids = [digest(name) for name in NAMES]
    assert ledger.many.latest_results(ids) == {digest(name): [result(name)] for name in ("bash", "dash")}


def test_verdicts_are_refused_one_by_one(ledger: Ledger) -> None:
    held = leased(ledger)
    ledger.release(held["dash"])
    reached = [(held[name], judged(name)) for name in NAMES]
    assert list(ledger.many.record_verdicts(reached)) == [build_subject(digest("dash"))]
    assert list(ledger.many.record_verdicts(reached)) == [build_subject(digest("dash"))]
    assert ledger.verdicts([digest(name) for name in NAMES]) == {digest(it): judged(it) for it in NAMES[:2]}
    assert ledger.verdict_of_rpm(verdict().rpms[0].digest) in (judged("bash"), judged("curl"))


def test_a_lease_on_something_else_records_nothing_at_all(ledger: Ledger) -> None:
    attempts, held = leased(ledger, "first"), leased(ledger)
    with pytest.raises(WrongLeaseError):
        ledger.many.record_results([(attempts["bash"], result("bash")), (attempts["curl"], result("dash"))])
    with pytest.raises(WrongLeaseError):
        ledger.many.record_verdicts([(held["bash"], judged("bash")), (held["curl"], judged("dash"))])
    assert ledger.many.latest_results([digest("bash")]) == {}
    assert ledger.verdict(digest("bash")) is None


def test_events_follow_each_other_in_one_chain(ledger: Ledger) -> None:
    run_id = ledger.begin_run("p", "", "build")
    events = [RolledBack(snapshot=f"s{number}") for number in range(5)]
    assert ledger.many.append(run_id, events) == 6
    assert ledger.many.append(run_id, []) == 6
    assert [stored.event for stored in ledger.events(after=1)] == events
    assert ledger.verify_chain() == 6
    with pytest.raises(UnknownRunError):
        ledger.many.append("run-none", events)


def test_outcomes_replace_those_of_the_same_node(ledger: Ledger) -> None:
    run_id = ledger.begin_run("p", "", "build")
    ledger.many.record_outcomes(run_id, [outcome("bash", NodeState.FAILED), outcome("curl"), outcome("bash")])
    ledger.many.record_outcomes(run_id, [outcome("curl", NodeState.FAILED)])
    ledger.many.record_outcomes(run_id, [])
    assert ledger.outcomes(run_id) == [outcome("bash"), outcome("curl", NodeState.FAILED)]
    with pytest.raises(UnknownRunError):
        ledger.many.record_outcomes("run-none", [outcome("bash")])
