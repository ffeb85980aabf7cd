"""Tests of `scheduler.verification`: one more build of what has a verdict, with a real ledger and store."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from builders.driven_farm import Farm

from farm.build import BuildLimits
from farm.verdict import Verdict, VerdictStatus
from scheduler.assembly import Assembly
from scheduler.node import Node
from scheduler.verification import IDENTICAL, build_again

LIB = Node("lib", "x86_64")


@pytest.fixture
def farm(tmp_path: Path) -> Farm:
    return Farm(tmp_path, {"lib": ()})


def verdict(farm: Farm) -> Verdict:
    outcome = farm.ledger.last_outcome(*LIB)
    assert outcome is not None
    assert outcome.build_id is not None
    found = farm.ledger.verdict(outcome.build_id)
    assert found is not None
    return found


def again(farm: Farm) -> str:
    """Build once more, and return what that says."""
    assembly = SimpleNamespace(
        farm=SimpleNamespace(ledger=lambda: farm.ledger, store=lambda: farm.store),
        site=lambda _arch: farm.site,
        limits=BuildLimits(),
    )
    return build_again(cast("Assembly", assembly), [(LIB, verdict(farm))], farm.executor)[LIB]


def test_the_same_bytes_add_a_build_to_the_verdict(farm: Farm) -> None:
    farm.run()
    assert again(farm) == IDENTICAL
    assert verdict(farm).builds == ("first", "second", "third")
    assert farm.executor.explained == []


def test_other_bytes_turn_the_verdict_and_are_explained(farm: Farm) -> None:
    farm.run()
    farm.executor.differing.add("lib")
    assert again(farm) == "differs: build-time: lib-1-1.x86_64.rpm"
    turned = verdict(farm)
    assert turned.status is VerdictStatus.UNREPRODUCIBLE
    assert [cause.name for cause in turned.causes] == ["build-time"]
    assert turned.report is not None
    assert farm.store.has(turned.report)


def test_a_difference_that_nobody_could_explain_turns_the_verdict_all_the_same(farm: Farm) -> None:
    farm.run()
    farm.executor.differing.add("lib")
    farm.executor.lost_explanations = 3
    assert again(farm) == "differs: unknown cause: lib-1-1.x86_64.rpm"
    assert (verdict(farm).status, verdict(farm).causes) == (VerdictStatus.UNREPRODUCIBLE, ())


def test_an_old_difference_without_a_cause_gets_one(farm: Farm) -> None:
    farm.executor.differing.add("lib")
    farm.executor.lost_explanations = 3
    farm.run()
    assert verdict(farm).causes == ()
    assert again(farm) == "differs, as before"
    assert [cause.name for cause in verdict(farm).causes] == ["build-time"]
    explained = len(farm.executor.explained)
    assert again(farm) == "differs, as before"
    assert len(farm.executor.explained) == explained


def test_a_build_that_fails_this_time_turns_nothing(farm: Farm) -> None:
    farm.run()
    farm.executor.failing.add("lib")
    assert again(farm) == "failed: no such header"
    assert verdict(farm).status is VerdictStatus.REPRODUCIBLE


def test_a_worker_that_is_lost_turns_nothing(farm: Farm) -> None:
    farm.run()
    farm.executor.losses["lib"] = 1
    assert again(farm) == "infra-error: worker lost"
    assert verdict(farm).builds == ("first", "second")
