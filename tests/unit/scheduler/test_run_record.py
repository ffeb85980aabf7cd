"""A step is recorded whole or not at all, and nothing is started or shown before it is durable."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from builders.driven_farm import FakeExecutor, Farm, states
from builders.fake_clock import FakeClock

from farm.build import BuildResult
from farm.clock import SystemClock
from farm.errors import FarmError
from farm.events import BuildStarted, Event
from farm.ledger.errors import LedgerError
from farm.ledger.ledger import Ledger
from farm.ledger.many_at_once import ManyAtOnce
from farm.ledger.subjects import build_subject
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from scheduler.executor import BuildDone
from scheduler.leases import RunLostError
from scheduler.node import Node
from scheduler.run_lease import end_abandoned
from scheduler.worker_node import Place
from workers.tasks import BuildTask


class WatchedExecutor(FakeExecutor):
    """Looks, before each build, what another process would see in the ledger."""

    def __init__(self, store: DirectoryStore, ledger: Path) -> None:
        super().__init__(store)
        self.path = ledger
        self.seen: list[tuple[bool, bool]] = []

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        build_id, variation = task.request.inputs.build_id, task.request.variation.name
        with Ledger.open(self.path) as other:
            started = [
                stored.event.variation
                for stored in other.events()
                if isinstance(stored.event, BuildStarted) and stored.event.build_id == build_id
            ]
            self.seen.append((other.lease_of(build_subject(build_id, variation)) is not None, variation in started))
        super().build(key, task, place, done)


class WatchedReporter:
    """Keeps what is shown, and whether it was recorded by then."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger
        self.shown: list[Event] = []
        self.early: list[Event] = []

    def show(self, event: Event) -> None:
        self.shown.append(event)
        with Ledger.open(self.path) as other:
            if event not in [stored.event for stored in other.events()]:
                self.early.append(event)

    def problem(self, node: Node, error: FarmError) -> None:
        del node, error

    def failure(self, node: Node, result: BuildResult) -> None:
        del node, result


def test_builds_begin_and_events_are_shown_once_they_are_durable(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    executor = farm.executor = WatchedExecutor(farm.store, tmp_path / "ledger.sqlite")
    reporter = farm.reporter = WatchedReporter(tmp_path / "ledger.sqlite")
    assert set(states(farm.run()).values()) == {NodeState.REPRODUCIBLE}
    assert executor.seen == [(True, True)] * 4
    assert reporter.early == []
    assert reporter.shown == [stored.event for stored in farm.ledger.events(after=1)]


def test_what_cannot_be_recorded_is_neither_started_nor_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.reporter = reporter = WatchedReporter(tmp_path / "ledger.sqlite")
    append = ManyAtOnce.append

    def full(many: ManyAtOnce, run_id: str | None, events: Sequence[Event]) -> int:
        if any(isinstance(event, BuildStarted) for event in events):
            raise LedgerError("no space left for the ledger")
        return append(many, run_id, events)

    monkeypatch.setattr(ManyAtOnce, "append", full)
    with pytest.raises(LedgerError, match="no space"):
        farm.run()
    assert farm.executor.built == []
    assert not any(isinstance(event, BuildStarted) for event in reporter.shown)
    monkeypatch.undo()
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}


class OvertakenExecutor(FakeExecutor):
    """Has another driver end the run while the second attempt is under way: this one's leases have expired by then."""

    def __init__(self, store: DirectoryStore, ledger: Path) -> None:
        super().__init__(store)
        self.path = ledger
        self.ended: list[str] = []
        self.events = 0

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        if task.request.variation.name == "second":
            later = FakeClock()
            later.sleep((SystemClock().now() + timedelta(hours=1) - later.now()).total_seconds())
            with Ledger.open(self.path, later) as other:
                self.ended = end_abandoned(other, later)
                self.events = len(other.events())
        super().build(key, task, place, done)


def test_a_run_that_another_has_ended_has_nothing_more_to_tell(tmp_path: Path) -> None:
    """Its outcomes would be newer than those of whoever took over."""
    farm = Farm(tmp_path, {"lib": ()})
    executor = farm.executor = OvertakenExecutor(farm.store, tmp_path / "ledger.sqlite")
    with pytest.raises(RunLostError):
        farm.run()
    assert executor.ended == [run.run_id for run in farm.ledger.runs()]
    assert len(farm.ledger.events()) == executor.events
    assert farm.ledger.last_outcomes() == []
    farm.executor = FakeExecutor(farm.store)
    assert states(farm.run()) == {"lib": NodeState.REPRODUCIBLE}
