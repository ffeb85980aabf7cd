"""Tests of `scheduler.cutoff_check`: what a further build of something that early cutoff saved leads to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from builders.builds import digest, verdict

from farm.clock import SystemClock
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict, VerdictStatus
from scheduler import cutoff_check
from scheduler.assembly import Assembly
from scheduler.cutoff_check import check_cutoffs
from scheduler.executor import Executor
from scheduler.leases import BuildLeases
from scheduler.node import Node
from scheduler.plan import Action, Plan, PlanNode
from scheduler.reasons import ParentRebuilt
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
    run_id: str
    share: float = 1.0
    turns: bool = False

    def judge(self, status: VerdictStatus) -> None:
        leases = BuildLeases(self.ledger, SystemClock())
        lease = leases.take(digest("curl"))
        assert lease is not None
        self.ledger.record_verdict(lease, verdict(status=status))
        leases.release_all()

    def build_again(
        self, _assembly: Assembly, known: Sequence[tuple[Node, Verdict]], _executor: Executor
    ) -> dict[Node, str]:
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
        outcomes = check_cutoffs(cast("Assembly", assembly), self.run_id, PLAN, [SAVED], executor, tell=told.append)
        return outcomes, told


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        made = Stage(ledger=ledger, run_id=ledger.begin_run("test", "", "build"))
        made.judge(VerdictStatus.REPRODUCIBLE)
        ledger.record_outcome(made.run_id, SAVED)
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
    assert stage.ledger.outcomes(stage.run_id) == [outcome]


def test_nothing_is_built_where_no_share_is_asked_for(stage: Stage) -> None:
    stage.share = 0.0
    assert stage.check() == ([SAVED], [])
