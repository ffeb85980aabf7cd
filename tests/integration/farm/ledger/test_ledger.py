"""What every ledger does, whichever database it lies in."""

from dataclasses import replace

import pytest
from builders.builds import build_result, built_rpm, digest, failed_result, nevra, verdict
from builders.fake_clock import FakeClock

from farm.clock import timestamp
from farm.events import NodeChanged, Published, RolledBack, RunFinished, RunStarted, RunStatus
from farm.ledger.errors import StaleLeaseError, UnknownRunError, WrongLeaseError
from farm.ledger.holder import Holder, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.publications import SnapshotConflictError
from farm.ledger.subjects import build_subject, run_subject
from farm.ledger.values import Lease, NodeOutcome, Publication, PublishedPackage
from farm.states import NodeState
from farm.verdict import VerdictStatus

pytestmark = pytest.mark.integration

HERE = this_process()
ELSEWHERE = Holder(name="worker@elsewhere", boot="another", pid=1, started=1)
DEAD = replace(HERE, name="dead", started=1)


@pytest.fixture
def lease(ledger: Ledger) -> Lease:
    """The lease on the build id of `verdict()`."""
    return leased(ledger, build_subject(digest("curl")))


@pytest.fixture
def attempt(ledger: Ledger) -> Lease:
    """The lease on the variation of `build_result()`."""
    return leased(ledger, build_subject(digest("curl"), "first"))


def leased(ledger: Ledger, subject: str, holder: Holder = HERE) -> Lease:
    lease = ledger.acquire(subject, holder, 60)
    assert lease is not None
    return lease


def outcome(state: NodeState, component: str = "curl", why: str = "") -> NodeOutcome:
    return NodeOutcome(component=component, arch="x86_64", state=state, build_id=digest("b"), why=why, seconds=1.5)


def publication(snapshot: str = "s1", content: str = "x") -> Publication:
    package = PublishedPackage(
        channel="base",
        arch="x86_64",
        nevra=nevra(),
        unsigned=digest("u"),
        signed=digest("s"),
        path="Packages/c/curl.rpm",
    )
    return Publication(
        snapshot=snapshot,
        digest=digest(content),
        project="demo",
        published="2026-01-01T00:00:00.000Z",
        packages=(package,),
    )


def test_a_run_begins_and_ends_with_its_events(ledger: Ledger, clock: FakeClock) -> None:
    run_id = ledger.begin_run("demo", "abc", "farm build")
    assert [(run.run_id, run.status, run.ended) for run in ledger.runs()] == [(run_id, RunStatus.RUNNING, "")]
    clock.sleep(5)
    ledger.end_run(run_id, RunStatus.SUCCEEDED)
    (run,) = ledger.runs()
    assert (run.status, run.ended) == (RunStatus.SUCCEEDED, timestamp(clock.now()))
    assert [stored.event for stored in ledger.events(run_id=run_id)] == [
        RunStarted(project="demo", commit="abc", command="farm build"),
        RunFinished(status=RunStatus.SUCCEEDED),
    ]


def test_a_run_ends_once(ledger: Ledger) -> None:
    run_id = ledger.begin_run("demo", "", "farm build")
    ledger.end_run(run_id, RunStatus.INTERRUPTED)
    ledger.end_run(run_id, RunStatus.SUCCEEDED)
    assert ledger.runs()[0].status is RunStatus.INTERRUPTED
    assert len(ledger.events()) == 2


def test_runs_are_newest_first(ledger: Ledger) -> None:
    first, second = ledger.begin_run("p", "", "one"), ledger.begin_run("p", "", "two")
    assert [run.run_id for run in ledger.runs()] == [second, first]


def test_events_can_be_followed(ledger: Ledger) -> None:
    one, other = ledger.begin_run("p", "", "one"), ledger.begin_run("p", "", "two")
    event = NodeChanged(component="curl", arch="x86_64", state=NodeState.QUEUED, why="no slot")
    seq = ledger.append(one, event)
    ledger.append(other, event)
    ledger.append(None, RolledBack(snapshot="s0"))
    assert [(each.seq, each.run_id, each.event) for each in ledger.events(after=seq - 1, run_id=one)] == [
        (3, one, event)
    ]
    assert [each.seq for each in ledger.events(after=seq)] == [4, 5]
    assert [each.seq for each in ledger.events(limit=2)] == [1, 2]
    assert ledger.verify_chain() == 5


def test_events_of_one_kind_are_found_among_others(ledger: Ledger) -> None:
    run_id, other = ledger.begin_run("demo", "abc", "farm build"), ledger.begin_run("demo", "abc", "farm build")
    for snapshot in ('"event":"published"', "s1"):
        ledger.append(run_id, RolledBack(snapshot=snapshot))
    ledger.append(run_id, Published(snapshot="s2", packages=1))
    ledger.append(other, Published(snapshot="s3", packages=1))
    found, end = ledger.events_of(Published, run_id)
    assert ([stored.event for stored in found], end) == ([Published(snapshot="s2", packages=1)], 6)
    ledger.append(run_id, Published(snapshot="s4", packages=1))
    found, end = ledger.events_of(Published, run_id, end)
    assert ([stored.event for stored in found], end) == ([Published(snapshot="s4", packages=1)], 7)


def test_a_run_that_is_not_there(ledger: Ledger) -> None:
    with pytest.raises(UnknownRunError):
        ledger.append("run-none", RolledBack(snapshot="s"))
    with pytest.raises(UnknownRunError):
        ledger.end_run("run-none", RunStatus.FAILED)
    with pytest.raises(UnknownRunError):
        ledger.record_outcome("run-none", outcome(NodeState.FAILED))
    assert ledger.events() == []


def test_a_subject_is_leased_to_one(ledger: Ledger) -> None:
    lease = leased(ledger, "s")
    assert ledger.acquire("s", ELSEWHERE, 60) is None
    assert ledger.acquire("s", HERE, 60) is None
    assert ledger.lease_of("s") == lease
    assert ledger.acquire("other", ELSEWHERE, 60) is not None
    assert ledger.lease_of("none") is None


def test_tokens_grow_over_release_and_expiry(ledger: Ledger, clock: FakeClock) -> None:
    first = leased(ledger, "s")
    ledger.release(first)
    assert ledger.lease_of("s") is None
    second = leased(ledger, "s", ELSEWHERE)
    clock.sleep(59)
    assert ledger.acquire("s", HERE, 60) is None
    clock.sleep(1)
    third = leased(ledger, "s")
    assert (first.token, second.token, third.token) == (1, 2, 3)


def test_a_dead_process_of_this_host_is_taken_over_at_once(ledger: Ledger) -> None:
    stale = leased(ledger, "s", DEAD)
    lease = leased(ledger, "s")
    assert lease.token == stale.token + 1
    with pytest.raises(StaleLeaseError) as caught:
        ledger.renew(stale)
    assert HERE.name in caught.value.why


def test_renewal_prolongs(ledger: Ledger, clock: FakeClock) -> None:
    lease = leased(ledger, "s", ELSEWHERE)
    clock.sleep(50)
    renewed = ledger.renew(lease)
    assert renewed == replace(lease, expires="2026-01-01T00:01:50.000Z")
    clock.sleep(50)
    assert ledger.acquire("s", HERE, 60) is None


def test_an_expired_lease_nobody_took_can_be_renewed(ledger: Ledger, clock: FakeClock) -> None:
    lease = leased(ledger, "s")
    clock.sleep(1000)
    assert ledger.renew(lease).token == lease.token


def test_leases_are_found_by_how_their_subjects_begin(ledger: Ledger) -> None:
    for subject in ("kind:2", "kind:1", "kin%:1", "kind:3"):
        leased(ledger, subject)
    ledger.release(leased(ledger, "kind:4"))
    assert [lease.subject for lease in ledger.leases_like("kind:")] == ["kind:1", "kind:2", "kind:3"]
    assert [lease.subject for lease in ledger.leases_like("kin%")] == ["kin%:1"]
    assert ledger.leases_like("none") == []


def test_a_stale_release_changes_nothing(ledger: Ledger) -> None:
    stale = leased(ledger, "s", DEAD)
    lease = leased(ledger, "s")
    ledger.release(stale)
    assert ledger.lease_of("s") == lease


def test_a_released_lease_cannot_be_renewed(ledger: Ledger, lease: Lease) -> None:
    ledger.release(lease)
    with pytest.raises(StaleLeaseError, match="was lost"):
        ledger.renew(lease)


def test_results_are_kept_in_order_and_once(ledger: Ledger, attempt: Lease) -> None:
    failed, first, second = failed_result(), build_result(), build_result(of="second")
    for result in (failed, first, first):
        ledger.record_result(attempt, result)
    ledger.record_result(leased(ledger, build_subject(digest("curl"), "second")), second)
    assert ledger.results(digest("curl")) == [failed, first, second]
    assert ledger.latest_results(digest("curl")) == [first, second]
    assert ledger.results(digest("other")) == []


def test_a_late_result_is_refused(ledger: Ledger) -> None:
    attempt, build = build_subject(digest("curl"), "first"), build_subject(digest("curl"))
    stale = [leased(ledger, subject, DEAD) for subject in (attempt, build)]
    for subject in (attempt, build):
        leased(ledger, subject)
    with pytest.raises(StaleLeaseError):
        ledger.record_result(stale[0], build_result())
    with pytest.raises(StaleLeaseError):
        ledger.record_verdict(stale[1], verdict())
    assert ledger.results(digest("curl")) == []
    assert ledger.verdict(digest("curl")) is None


@pytest.mark.parametrize(
    "subject",
    [
        build_subject(digest("curl")),
        build_subject(digest("curl"), "second"),
        build_subject(digest("other"), "first"),
        run_subject("run-1"),
    ],
)
def test_a_result_needs_the_lease_on_its_own_variation(ledger: Ledger, subject: str) -> None:
    with pytest.raises(WrongLeaseError, match="does not cover"):
        ledger.record_result(leased(ledger, subject), build_result())
    assert ledger.results(digest("curl")) == []


@pytest.mark.parametrize("subject", [build_subject(digest("other")), build_subject(digest("curl"), "first"), "s"])
def test_a_verdict_needs_the_lease_on_its_own_build_id(ledger: Ledger, subject: str) -> None:
    with pytest.raises(WrongLeaseError, match="does not cover"):
        ledger.record_verdict(leased(ledger, subject), verdict())
    assert ledger.verdict(digest("curl")) is None


def test_the_last_verdict_of_a_build_id_holds(ledger: Ledger, lease: Lease) -> None:
    good, bad = verdict(), verdict(status=VerdictStatus.UNREPRODUCIBLE)
    ledger.record_verdict(lease, good)
    ledger.record_verdict(lease, good)
    assert ledger.verdict(digest("curl")) == good
    ledger.record_verdict(lease, bad)
    assert ledger.verdict(digest("curl")) == bad
    assert ledger.verdict_of_rpm(built_rpm().digest) == bad


def test_a_verdict_without_rpms(ledger: Ledger, lease: Lease) -> None:
    ledger.record_verdict(lease, verdict(status=VerdictStatus.FAILED, rpms=()))
    assert ledger.verdict(digest("curl")) == verdict(status=VerdictStatus.FAILED, rpms=())


def test_an_rpm_without_a_verdict(ledger: Ledger) -> None:
    assert ledger.verdict_of_rpm(digest("unknown")) is None


def test_an_rpm_proven_by_one_build_id_is_proven(ledger: Ledger) -> None:
    proof = verdict("one")
    for each in (proof, verdict("other", status=VerdictStatus.UNREPRODUCIBLE)):
        ledger.record_verdict(leased(ledger, build_subject(each.build_id)), each)
    assert ledger.verdict_of_rpm(built_rpm().digest) == proof


def test_a_replaced_verdict_proves_nothing(ledger: Ledger, lease: Lease) -> None:
    rpm, other = built_rpm(), built_rpm(content="other")
    ledger.record_verdict(lease, verdict(rpms=(rpm,)))
    ledger.record_verdict(lease, verdict(rpms=(other,)))
    assert ledger.verdict_of_rpm(rpm.digest) is None
    refuted = verdict(status=VerdictStatus.UNREPRODUCIBLE, rpms=(other,))
    ledger.record_verdict(lease, refuted)
    assert ledger.verdict_of_rpm(rpm.digest) == refuted


def test_a_node_has_one_outcome_per_run(ledger: Ledger) -> None:
    run_id = ledger.begin_run("p", "", "build")
    for state in (NodeState.FAILED, NodeState.REPRODUCIBLE):
        ledger.record_outcome(run_id, outcome(state))
    ledger.record_outcome(run_id, outcome(NodeState.BLOCKED, component="bash"))
    assert ledger.outcomes(run_id) == [outcome(NodeState.BLOCKED, component="bash"), outcome(NodeState.REPRODUCIBLE)]


def test_the_last_outcome_over_runs(ledger: Ledger) -> None:
    for state in (NodeState.REPRODUCIBLE, NodeState.FAILED, NodeState.CANCELLED):
        ledger.record_outcome(ledger.begin_run("p", "", "build"), outcome(state))
    last, failed = ledger.last_outcome("curl", "x86_64"), ledger.last_outcome("curl", "x86_64", [NodeState.FAILED])
    assert last == outcome(NodeState.CANCELLED)
    assert failed == outcome(NodeState.FAILED)
    assert ledger.last_good("curl", "x86_64") == outcome(NodeState.REPRODUCIBLE)
    assert ledger.last_outcome("curl", "aarch64") is None
    assert ledger.last_outcome("curl", "x86_64", []) is None


def test_publications_are_newest_first_with_their_events(ledger: Ledger) -> None:
    for snapshot in ("s1", "s2", "s2"):
        ledger.record_publication(publication(snapshot))
    assert ledger.publications() == [publication("s2"), publication("s1")]
    assert [each.event for each in ledger.events()] == [
        Published(snapshot="s1", packages=1),
        Published(snapshot="s2", packages=1),
    ]


def test_a_snapshot_never_changes(ledger: Ledger) -> None:
    ledger.record_publication(publication(content="one"))
    with pytest.raises(SnapshotConflictError):
        ledger.record_publication(publication(content="other"))
    assert ledger.publications() == [publication(content="one")]


def test_what_belongs_together_is_written_together(ledger: Ledger, attempt: Lease) -> None:
    run_id = ledger.begin_run("p", "", "build")
    with ledger.transaction():
        ledger.record_result(attempt, build_result())
        assert ledger.results(digest("curl")) == [build_result()]
        ledger.append(run_id, RunFinished(status=RunStatus.FAILED))
    assert (len(ledger.results(digest("curl"))), len(ledger.events())) == (1, 2)


def test_nothing_of_a_transaction_that_fails_is_kept(ledger: Ledger, attempt: Lease) -> None:
    def fail_half_way() -> None:
        with ledger.transaction():
            ledger.record_result(attempt, build_result())
            ledger.append("run-none", RunFinished(status=RunStatus.FAILED))

    with pytest.raises(UnknownRunError):
        fail_half_way()
    assert ledger.results(digest("curl")) == []
    ledger.record_result(attempt, build_result())
    assert ledger.results(digest("curl")) == [build_result()]


def test_all_is_there_after_opening_again(address: str, ledger: Ledger, lease: Lease) -> None:
    run_id = ledger.begin_run("p", "", "build")
    ledger.record_verdict(lease, verdict())
    ledger.close()
    with Ledger.open(address) as again:
        assert [run.run_id for run in again.runs()] == [run_id]
        assert again.verdict(digest("curl")) == verdict()
        assert again.lease_of(lease.subject) == lease
        assert again.verify_chain() == 1
