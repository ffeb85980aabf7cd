from builders.builds import digest
from hypothesis import given
from hypothesis import strategies as st

from farm.build import BuildOutcome
from farm.events import (
    BuildFinished,
    BuildStarted,
    Event,
    NodeChanged,
    NodePlanned,
    Published,
    RolledBack,
    RunFinished,
    RunStarted,
    RunStatus,
    VerdictReached,
)
from farm.ledger.fold import RunView, fold
from farm.ledger.values import StoredEvent
from farm.states import NodeState
from farm.verdict import VerdictStatus

NODES = {"component": st.sampled_from("abc"), "arch": st.sampled_from(["x86_64", "aarch64"])}
BUILDS = {
    **NODES,
    "build_id": st.sampled_from([digest("one"), digest("other")]),
    "variation": st.sampled_from(["first", "second"]),
}
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(RunStarted, project=st.just("p"), commit=st.just("c"), command=st.just("build")),
    st.builds(NodePlanned, **NODES, reasons=st.just(("new",))),
    st.builds(NodeChanged, **NODES, state=st.sampled_from(NodeState), why=st.text(max_size=5)),
    st.builds(BuildStarted, **BUILDS),
    st.builds(
        BuildFinished,
        **BUILDS,
        outcome=st.sampled_from(BuildOutcome),
        seconds=st.just(1.0),
        log=st.none(),
        summary=st.just(""),
        worker=st.sampled_from(["w1", "w2"]),
    ),
    st.builds(
        VerdictReached,
        **NODES,
        build_id=BUILDS["build_id"],
        status=st.sampled_from(VerdictStatus),
        causes=st.just(()),
    ),
    st.builds(RunFinished, status=st.sampled_from(RunStatus)),
    st.builds(Published, snapshot=st.sampled_from(["s1", "s2"]), packages=st.just(3)),
    st.builds(RolledBack, snapshot=st.sampled_from(["s1", "s2"])),
)


def stored(*events: Event) -> list[StoredEvent]:
    return [
        StoredEvent(seq=seq, time=f"2026-01-01T00:00:{seq:02}.000Z", run_id="run-1", event=event)
        for seq, event in enumerate(events, start=1)
    ]


@given(st.lists(EVENTS, max_size=30), st.data())
def test_folding_all_is_folding_a_beginning_and_then_the_rest(events: list[Event], data: st.DataObject) -> None:
    everything = stored(*events)
    cut = data.draw(st.integers(0, len(everything)))
    assert fold(everything) == fold(everything[cut:], fold(everything[:cut]))


def test_an_earlier_state_stays_as_it_was() -> None:
    before = fold(stored(NodePlanned(component="a", arch="x86_64", reasons=("new",))))
    fold(stored(NodeChanged(component="a", arch="x86_64", state=NodeState.FAILED, why="")), before)
    assert before.nodes["a", "x86_64"].state is NodeState.PLANNED


def test_no_events_are_an_empty_run() -> None:
    assert fold([]) == RunView()


def started(variation: str = "first") -> BuildStarted:
    return BuildStarted(component="curl", arch="x86_64", build_id=digest("id"), variation=variation)


def finished(outcome: BuildOutcome, summary: str = "", worker: str = "w1") -> BuildFinished:
    return BuildFinished(
        component="curl",
        arch="x86_64",
        build_id=digest("id"),
        variation="first",
        outcome=outcome,
        seconds=3.0,
        log=digest("log"),
        summary=summary,
        worker=worker,
    )


def changed(state: NodeState, why: str = "") -> NodeChanged:
    return NodeChanged(component="curl", arch="x86_64", state=state, why=why)


def test_the_life_of_a_node() -> None:
    view = fold(
        stored(
            RunStarted(project="demo", commit="abc", command="farm build"),
            NodePlanned(component="curl", arch="x86_64", reasons=("new",)),
            changed(NodeState.BUILDING),
            started(),
            started("second"),
            finished(BuildOutcome.SUCCEEDED),
            VerdictReached(
                component="curl",
                arch="x86_64",
                build_id=digest("id"),
                status=VerdictStatus.UNREPRODUCIBLE,
                causes=("build-time",),
            ),
            changed(NodeState.UNREPRODUCIBLE, "build-time"),
            RunFinished(status=RunStatus.FAILED),
        )
    )
    seen = view.nodes["curl", "x86_64"]
    assert (view.project, view.command, view.status, view.seq) == ("demo", "farm build", RunStatus.FAILED, 9)
    assert (view.started, view.ended) == ("2026-01-01T00:00:01.000Z", "2026-01-01T00:00:09.000Z")
    assert (seen.state, seen.why, seen.since) == (NodeState.UNREPRODUCIBLE, "build-time", "2026-01-01T00:00:08.000Z")
    assert (seen.reasons, seen.build_id, seen.verdict) == (("new",), digest("id"), VerdictStatus.UNREPRODUCIBLE)
    assert [(each.variation, each.worker, each.outcome) for each in seen.builds] == [
        ("first", "w1", BuildOutcome.SUCCEEDED),
        ("second", "", None),
    ]
    assert view.count(NodeState.UNREPRODUCIBLE) == 1


def test_a_retry_is_a_build_of_its_own() -> None:
    lost, good = finished(BuildOutcome.INFRA_ERROR, "worker lost", ""), finished(BuildOutcome.SUCCEEDED, worker="w2")
    view = fold(stored(started(), lost, started(), good))
    assert [(each.worker, each.outcome) for each in view.nodes["curl", "x86_64"].builds] == [
        ("", BuildOutcome.INFRA_ERROR),
        ("w2", BuildOutcome.SUCCEEDED),
    ]


def test_repeating_a_state_does_not_change_since_when_it_is() -> None:
    queued = NodeChanged(component="a", arch="x86_64", state=NodeState.QUEUED, why="no slot")
    view = fold(stored(queued, queued))
    assert view.nodes["a", "x86_64"].since == "2026-01-01T00:00:01.000Z"


def test_the_snapshot_that_clients_see() -> None:
    events = stored(
        Published(snapshot="s1", packages=1), Published(snapshot="s2", packages=1), RolledBack(snapshot="s1")
    )
    assert fold(events).snapshot == "s1"
