"""A driver killed at a step of its run: before the step is committed, and after it, before what follows from it."""

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest
from builders.driven_farm import FakeExecutor, Farm, states

from farm.events import BuildStarted
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from scheduler.executor import BuildDone
from scheduler.leases import BuildLeases
from scheduler.run_record import RunRecord
from scheduler.worker_node import Place
from workers.tasks import BuildTask

pytestmark = pytest.mark.integration

NEEDS: dict[str, tuple[str, ...]] = {"lib": (), "app": ("lib",)}


class ToldExecutor(FakeExecutor):
    """Writes down each build that it begins, so that what a killed process began is known."""

    def __init__(self, store: DirectoryStore, begun: Path) -> None:
        super().__init__(store)
        self.begun = begun

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        with self.begun.open("a", encoding="utf-8") as told:
            told.write(f"{task.request.inputs.component} {task.request.variation.name}\n")
        super().build(key, task, place, done)


def run_and_die(top: Path, step: int, *, committed: bool) -> None:
    """Run a farm in this process and kill it at a step."""
    steps: list[int] = []
    holder, name = (BuildLeases, "settle") if committed else (RunRecord, "_write")
    real = getattr(holder, name)

    def deadly(it: object) -> None:
        steps.append(1)
        real(it)
        if len(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(holder, name, deadly)
    farm = Farm(top, NEEDS)
    farm.executor = ToldExecutor(farm.store, top / "begun")
    farm.run()
    os._exit(0)


@pytest.mark.parametrize("committed", [False, True])
def test_the_next_driver_goes_on_wherever_one_was_killed(tmp_path: Path, *, committed: bool) -> None:
    fresh = tmp_path / "fresh"
    Farm(fresh, NEEDS).ledger.close()  # making its tables takes longer than all else
    finished, step = False, 0
    while not finished:
        step += 1
        top = tmp_path / f"{step}"
        child = multiprocessing.get_context("fork").Process(
            target=run_and_die, args=(top, step), kwargs={"committed": committed}, daemon=True
        )
        shutil.copytree(fresh, top)
        child.start()
        child.join(60)
        finished = child.exitcode == 0
        assert child.exitcode in (0, -signal.SIGKILL)
        check_next(top)
    assert step > 5


def check_next(top: Path) -> None:
    """Let another driver go on: nothing finished is built again, nothing lost or recorded twice, no lease left."""
    farm = Farm(top, NEEDS)
    known = {
        (result.component, result.variation.name)
        for stored in farm.ledger.events()
        if isinstance(stored.event, BuildStarted)
        for result in farm.ledger.latest_results(stored.event.build_id)
    }
    outcomes = farm.run()
    assert states(outcomes) == dict.fromkeys(sorted(NEEDS), NodeState.REPRODUCIBLE)
    assert not known & set(farm.executor.built)
    begun = (top / "begun").read_text(encoding="utf-8") if (top / "begun").exists() else ""
    assert len(begun.splitlines()) + len(farm.executor.built) >= 2 * len(NEEDS)
    for outcome in outcomes.values():
        assert outcome.build_id is not None
        results = farm.ledger.results(outcome.build_id)
        assert Counter(result.variation.name for result in results) == {"first": 1, "second": 1}
        check_free(farm.ledger, [build_subject(outcome.build_id, name) for name in ("", "first", "second")])
    farm.ledger.verify_chain()
    farm.ledger.close()


def check_free(ledger: Ledger, subjects: list[str]) -> None:
    assert [ledger.lease_of(subject) for subject in subjects] == [None] * len(subjects)
