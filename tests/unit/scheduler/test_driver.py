from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal
from threading import Thread, current_thread

import pytest
from builders.driven_farm import Farm, prepared, states
from builders.rpm_facts import facts_of
from builders.spec_facts import node, spec

from farm.build import BuildOutcome
from farm.buildroot_lock import BuildrootLock
from farm.built_facts import save_facts
from farm.clock import SystemClock
from farm.digest import Digest
from farm.errors import UnresolvableError
from farm.events import BuildFinished, ControlAction, ControlRequested, Event, QuarantineReleased
from farm.ledger.holder import Holder
from farm.ledger.ledger import Ledger
from farm.ledger.values import Lease
from farm.node_inputs import NodeInputs, load_inputs
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler.answers import Packages
from scheduler.leases import BuildLeases
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.preparation import Prepared
from scheduler.quarantine import quarantined, release
from scheduler.resolution import MoreRequires
from scheduler.retry import RetryPolicy
from scheduler.run_control import RunControl
from scheduler.worker_node import WorkerNode


def test_builds_twice_in_order_and_records_everything(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    outcomes = farm.run()
    assert states(outcomes) == {"app": NodeState.REPRODUCIBLE, "lib": NodeState.REPRODUCIBLE}
    assert [name for name, _ in farm.executor.built] == ["lib", "lib", "app", "app"]
    assert farm.resolver.seen[node("app")] == (node("lib"),)
    build_id = outcomes["app"].build_id
    assert build_id is not None
    assert load_inputs(farm.store, build_id) is not None
    assert [result.variation.name for result in farm.ledger.results(build_id)] == list(VARIATIONS)
    assert farm.ledger.lease_of(f"build:{build_id}") is None
    ends = [each.event for each in farm.ledger.events() if isinstance(each.event, BuildFinished)]
    assert {end.worker for end in ends} == {"host/fake"}
    farm.ledger.verify_chain()


def test_a_second_run_builds_nothing(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.run()
    farm.executor.built.clear()
    assert states(farm.run()) == {"app": NodeState.REPRODUCIBLE, "lib": NodeState.REPRODUCIBLE}
    assert farm.executor.built == []


def test_a_difference_without_an_explanation_is_a_difference(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.executor.differing.add("lib")
    farm.executor.lost_explanations = 3
    outcomes = farm.run()
    assert len(farm.executor.explained) == 3
    assert outcomes["lib"].why.startswith("unknown cause: lib-1-1.x86_64")
    assert states(outcomes) == {"app": NodeState.BLOCKED, "lib": NodeState.UNREPRODUCIBLE}
    assert outcomes["app"].why == "needs lib.x86_64, which is unreproducible"
    assert outcomes["app"].build_id is None


def test_an_explanation_that_was_lost_is_asked_for_again(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.executor.differing.add("lib")
    farm.executor.lost_explanations = 2
    assert farm.run()["lib"].why.startswith("build-time: lib-1-1.x86_64")
    assert len(set(farm.executor.explained)) == 3


def test_a_failure_is_recorded_and_tried_again_by_the_next_run(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.executor.failing.add("lib")
    outcomes = farm.run()
    assert (outcomes["lib"].state, outcomes["lib"].why) == (NodeState.FAILED, "no such header")
    farm.executor.failing.clear()
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}


def test_a_lost_worker_is_replaced(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.executor.losses["lib"] = 1
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}


def test_workers_that_are_lost_again_and_again_end_the_node(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.executor.losses["lib"] = 9
    assert states(farm.run()) == {"lib": NodeState.INFRA_ERROR}


def test_what_kills_its_workers_is_not_tried_again_until_it_is_released_or_changes(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.retry = RetryPolicy(kills=2, first_delay=0.0)
    farm.executor.losses["lib"], farm.executor.kills = 2, True
    assert states(farm.run()) == {"lib": NodeState.INFRA_ERROR, "app": NodeState.BLOCKED}
    assert list(quarantined(farm.ledger)) == [node("lib")]
    farm.executor.built.clear()
    for _ in range(2):
        outcomes = farm.run()
        assert states(outcomes) == {"lib": NodeState.INFRA_ERROR, "app": NodeState.BLOCKED}
        assert outcomes["lib"].why.count("in quarantine") == 1
        assert "died 2 times" in outcomes["lib"].why
    assert farm.executor.built == []

    changed = Farm(tmp_path, {"lib": ()})
    changed.resolver.seed = "other"
    assert states(changed.run()) == {"lib": NodeState.REPRODUCIBLE}
    assert list(quarantined(farm.ledger)) == [node("lib")], "the inputs may come back"

    release(farm.ledger, [node("lib")], by="ann", why="more memory")
    assert quarantined(farm.ledger) == {}
    assert farm.ledger.events()[-1].event == QuarantineReleased(
        component="lib", arch="x86_64", by="ann", why="more memory"
    )
    assert set(states(farm.run()).values()) == {NodeState.REPRODUCIBLE}


def test_what_was_asked_of_a_run_is_not_done_again_by_the_driver_of_its_next_round(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.run_id = farm.ledger.begin_run("demo", "", "build")
    farm.control = RunControl(farm.ledger, farm.run_id)
    asked = ControlRequested(action=ControlAction.CANCEL, nodes=(("app", "x86_64"),), by="ann")
    farm.ledger.append(farm.run_id, asked)
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE, "app": NodeState.CANCELLED}
    assert set(states(farm.run()).values()) == {NodeState.REPRODUCIBLE}


def test_what_cannot_be_resolved_says_why(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "other": ()})
    farm.resolver.errors = {"lib": UnresolvableError("nothing provides zlib", why="lib needs it")}
    outcomes = farm.run()
    assert states(outcomes) == {"lib": NodeState.UNRESOLVABLE, "other": NodeState.REPRODUCIBLE}
    assert outcomes["lib"].why == "nothing provides zlib: lib needs it"


def test_requirements_found_on_the_way_become_edges(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"app": (), "zlib": ()})
    farm.resolver.more = {"app": ("zlib",)}
    assert states(farm.run()) == {"app": NodeState.REPRODUCIBLE, "zlib": NodeState.REPRODUCIBLE}
    assert farm.resolver.seen[node("app")] == (node("zlib"),)


@pytest.mark.parametrize("with_bcond", [False, True])
def test_what_asks_for_its_requirements_holds_up_nothing_that_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, with_bcond: bool
) -> None:
    """`%generate_buildrequires` runs for minutes, perhaps on another machine; a bcond can switch it on."""
    asking = tuple(f"asks{number}" for number in range(4))
    farm = Farm(tmp_path, {**dict.fromkeys(asking, ()), "plain": ()})
    for name in asking:
        specs = farm.bootstraps if with_bcond else farm.specs
        specs[node(name)] = replace(farm.specs[node(name)], dynamic=True)
    resolve, plain = farm.resolver.resolve, Signal()

    def patiently(asked: Node, source: Prepared, built: Packages) -> NodeInputs | MoreRequires:
        if asked.component == "plain":
            plain.set()
        assert plain.wait(30), "the components that ask have every thread"
        return resolve(asked, source, built)

    monkeypatch.setattr(farm.resolver, "resolve", patiently)
    assert set(states(farm.run()).values()) == {NodeState.REPRODUCIBLE}


def test_what_is_solved_after_the_run_has_ended_is_let_go_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    farm = Farm(tmp_path, {"fails": (), "slow": ()})
    farm.executor.failing = {"fails"}
    resolve, ended = farm.resolver.resolve, Signal()
    solving: list[Thread] = []

    def late(asked: Node, source: Prepared, built: Packages) -> NodeInputs | MoreRequires:
        if asked.component == "slow":
            solving.append(current_thread())
            assert ended.wait(30)
        return resolve(asked, source, built)

    monkeypatch.setattr(farm.resolver, "resolve", late)
    assert states(farm.run(keep_going=False))["slow"] == NodeState.CANCELLED
    ended.set()
    for thread in solving:
        thread.join(30)
    assert (len(solving), caplog.text) == (1, "")


def test_half_done_work_of_a_killed_driver_is_taken_up(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.run()
    inputs = prepared("lib", farm.specs[node("lib")]).inputs("x86_64", BuildrootLock(arch="x86_64", layers=())).build
    first = farm.ledger.results(inputs.build_id)[0]
    other = Farm(tmp_path / "other", {"lib": ()})
    other.store.put_bytes(farm.store.read(first.rpms[0].digest))
    save_facts(other.store, [facts_of(first.rpms[0])])
    dead = Holder(name="dead", boot="another boot", pid=1, started=1)
    lease = other.ledger.acquire(f"build:{inputs.build_id}:first", dead, 60)
    assert lease is not None
    other.ledger.record_result(lease, first)
    other.executor.machines = ["fake-0123", "spare-456"]
    assert states(other.run()) == {"lib": NodeState.REPRODUCIBLE}
    assert other.executor.built == [("lib", "second")]
    assert other.executor.places == ["spare-456"], "it verifies what the other machine has built"


def test_a_build_that_another_driver_holds_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    inputs = prepared("lib", farm.specs[node("lib")]).inputs("x86_64", BuildrootLock(arch="x86_64", layers=())).build
    elsewhere = Holder(name="another", boot="another boot", pid=1, started=1)
    held = farm.ledger.acquire(f"build:{inputs.build_id}", elsewhere, 60)
    assert held is not None
    waits: list[float] = []
    monotonic = SystemClock.monotonic

    def later(clock: SystemClock) -> float:
        waits.append(0.0)
        if len(waits) == 20:  # the other driver gives up after a while
            farm.ledger.release(held)
        return monotonic(clock)

    monkeypatch.setattr(SystemClock, "monotonic", later)
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}
    assert any("is being built by another" in str(stored.event) for stored in farm.ledger.events())


def test_without_keep_going_a_failure_cancels_the_rest(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.executor.failing.add("lib")
    outcomes = farm.run(keep_going=False)
    assert states(outcomes) == {"app": NodeState.CANCELLED, "lib": NodeState.FAILED}


def events_of(farm: Farm) -> list[Event]:
    return [stored.event for stored in farm.ledger.events()]


def test_a_cancelled_build_is_recorded_as_ended(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.executor.failing.add("lib")
    farm.executor.hanging.add(("lib", "second"))
    assert states(farm.run()) == {"lib": NodeState.FAILED}
    ends = {event.variation: event.outcome for event in events_of(farm) if isinstance(event, BuildFinished)}
    assert ends == {"first": BuildOutcome.FAILED, "second": BuildOutcome.CANCELLED}
    assert farm.executor.cancelled == ["build lib.x86_64 second 1"]


def test_requirements_that_make_a_cycle_end_their_node_and_not_the_run(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",), "other": ()})
    farm.resolver.more = {"lib": ("app",), "other": ("(broken",)}
    outcomes = farm.run()
    assert states(outcomes) == {
        "app": NodeState.BLOCKED,
        "lib": NodeState.UNRESOLVABLE,
        "other": NodeState.UNRESOLVABLE,
    }
    assert outcomes["lib"].why.startswith("components need each other")
    assert farm.resolver.remembered == []


def test_a_cycle_that_a_bootstrap_bcond_can_begin_is_remembered_for_the_next_plan(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",), "other": ()})
    farm.resolver.more = {"lib": ("app",), "other": ("(broken",)}
    farm.bootstraps = dict([spec("lib"), spec("other")])
    assert states(farm.run())["lib"] == NodeState.UNRESOLVABLE
    assert farm.resolver.remembered == [("app",)]


def test_a_cycle_that_no_bootstrap_bcond_can_begin_is_not_remembered(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    farm.resolver.more = {"lib": ("app",)}
    farm.bootstraps = dict([spec("lib", excluded="not with this bcond")])
    assert states(farm.run())["lib"] == NodeState.UNRESOLVABLE
    assert farm.resolver.remembered == [], "every later plan of the project would fail with it"


def test_a_node_that_another_driver_builds_is_solved_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    elsewhere = Holder(name="another", boot="another boot", pid=1, started=1)
    inputs = prepared("lib", farm.specs[node("lib")]).inputs("x86_64", BuildrootLock(arch="x86_64", layers=())).build
    held = farm.ledger.acquire(f"build:{inputs.build_id}", elsewhere, 60)
    assert held is not None
    tries: list[str] = []
    take = BuildLeases.take_all

    def counted(leases: BuildLeases, subjects: Collection[str]) -> dict[str, Lease]:
        tries.extend(subject for subject in subjects if subject == held.subject)
        if len(tries) == 3:
            farm.ledger.release(held)
        return take(leases, subjects)

    monkeypatch.setattr(BuildLeases, "take_all", counted)
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}
    assert len(tries) == 3
    assert farm.resolver.asked == ["lib"]


def test_a_verdict_of_another_driver_just_before_the_lease_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.run()
    farm.executor.built.clear()
    looked: list[int] = []
    verdicts = Ledger.verdicts

    def too_early(ledger: Ledger, build_ids: Collection[Digest]) -> dict[Digest, Verdict]:
        looked.append(len(build_ids))
        return verdicts(ledger, build_ids) if len(looked) > 1 else {}

    monkeypatch.setattr(Ledger, "verdicts", too_early)
    outcomes = farm.run()
    assert outcomes["lib"].why == "nothing that reaches the output has changed"
    assert farm.ledger.lease_of(f"build:{outcomes['lib'].build_id}") is None


def test_workers_that_come_later_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.driver._TICK_SECONDS", 0.01)
    monkeypatch.setattr("scheduler.driver._CONTROL_SECONDS", 0.01)
    farm = Farm(tmp_path, {"lib": ()})
    asked: list[int] = []

    def workers() -> Sequence[WorkerNode]:
        asked.append(1)
        return (WorkerNode(name="late", cpus=1, slots=(("x86_64", 1),)),) if len(asked) > 3 else ()

    monkeypatch.setattr(farm.executor, "workers", workers)
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}


@pytest.mark.timeout(60)
def test_a_queue_that_has_no_machine_asks_for_its_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The autoscaler of a cluster starts machines for nothing else; each component is built twice."""
    monkeypatch.setattr("scheduler.driver._TICK_SECONDS", 0.01)
    monkeypatch.setattr("scheduler.driver._CONTROL_SECONDS", 0.01)
    farm = Farm(tmp_path, {"lib": (), "other": ()})
    workers, wanted = farm.executor.workers, farm.executor.wanted
    monkeypatch.setattr(farm.executor, "workers", lambda: workers() if {"x86_64": 4} in wanted else ())
    assert set(states(farm.run()).values()) == {NodeState.REPRODUCIBLE}
