"""Tests of `scheduler.cutoff_check`: what a further build of something that early cutoff saved leads to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from builders.builds import digest, verdict
from builders.fake_clock import FakeClock

from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict, VerdictStatus
from scheduler import cutoff_check
from scheduler.assembly import Assembly
from scheduler.cutoff_check import check_cutoffs
from scheduler.executor import Executor
from scheduler.leases import BuildLeases, RunLostError
from scheduler.node import Node
from scheduler.plan import Action, Plan, PlanNode
from scheduler.reasons import ParentRebuilt
from scheduler.run_lease import OpenRun, end_abandoned, open_run
from scheduler.verification import IDENTICAL

CURL = Node("curl", "x86_64")
PLAN = Plan(
    nodes=(
        PlanNode(
            component="curl",
            arch="x86_64",
            action=Action.MAYBE,
            reasons=(ParentRebuilt(component="zlib"),),
            wave=1,
            needs=("zlib",),
            blast_radius=0,
        ),
    ),
    cut=(),
    excluded=(),
)
SAVED = NodeOutcome(
    component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, build_id=digest("curl"), why="", seconds=0.0
)


@dataclass(kw_only=True)
class Stage:
    """A ledger with a verdict on curl, and a further build whose answer a test decides."""

    ledger: Ledger
    run: OpenRun
    clock: FakeClock
    share: float = 1.0
    turns: bool = False
    loses_run: bool = False
    ended: list[str] = field(default_factory=list)

    def judge(self, status: VerdictStatus) -> None:
        leases = BuildLeases(self.ledger, self.clock)
        lease = leases.take(digest("curl"))
        assert lease is not None
        self.ledger.record_verdict(lease, verdict(status=status))
        leases.release_all()

    def build_again(
        self,
        _assembly: Assembly,
        known: Sequence[tuple[Node, Verdict]],
        _executor: Executor,
        meanwhile: Callable[[], None],
    ) -> dict[Node, str]:
        for _ in range(4):
            self.clock.sleep(30)
            if not self.loses_run:
                meanwhile()
        self.ended = end_abandoned(self.ledger, self.clock)
        if self.turns:
            self.judge(VerdictStatus.UNREPRODUCIBLE)
        return {node: "differs: curl.rpm" if self.turns else IDENTICAL for node, _ in known}

    def check(self) -> tuple[Sequence[NodeOutcome], list[str]]:
        told: list[str] = []
        assembly = SimpleNamespace(
            farm=SimpleNamespace(ledger=lambda: self.ledger),
            project=SimpleNamespace(farm=SimpleNamespace(cutoff_share=self.share)),
        )
        executor = cast("Executor", object())
        outcomes = check_cutoffs(cast("Assembly", assembly), self.run, PLAN, [SAVED], executor, tell=told.append)
        return outcomes, told


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    clock = FakeClock()
    with (
        Ledger.open(tmp_path / "ledger.sqlite", clock) as ledger,
        open_run(ledger, clock, project="test", commit="", command="build") as run,
    ):
        made = Stage(ledger=ledger, run=run, clock=clock)
        made.judge(VerdictStatus.REPRODUCIBLE)
        ledger.record_outcome(run.run_id, SAVED)
        monkeypatch.setattr(cutoff_check, "build_again", made.build_again)
        yield made


def test_the_same_bytes_leave_everything_as_it_was(stage: Stage) -> None:
    outcomes, told = stage.check()
    assert outcomes == [SAVED]
    assert told[-1] == "curl.x86_64: identical"


def test_other_bytes_turn_the_outcome_of_the_run(stage: Stage) -> None:
    stage.turns = True
    (outcome,), _ = stage.check()
    assert outcome.state is NodeState.UNREPRODUCIBLE
    assert "differs: curl.rpm" in outcome.why
    assert stage.ledger.outcomes(stage.run.run_id) == [outcome]


def test_the_run_is_alive_while_something_is_built_once_more(stage: Stage) -> None:
    stage.check()
    assert stage.ended == []


def test_a_run_that_was_taken_for_dead_turns_nothing(stage: Stage) -> None:
    stage.turns = stage.loses_run = True
    with pytest.raises(RunLostError):
        stage.check()
    assert stage.ended == [stage.run.run_id]
    assert stage.ledger.outcomes(stage.run.run_id) == [SAVED]


def test_nothing_is_built_where_no_share_is_asked_for(stage: Stage) -> None:
    stage.share = 0.0
    assert stage.check() == ([SAVED], [])
