"""What publishing takes of a stage that is between two rounds."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from builders.builds import built_rpm, digest, verdict
from builders.farm_state import base_channel
from builders.node_inputs import locked, node_inputs

from farm.clock import SystemClock
from farm.digest import Digest
from farm.events import RoundEnded, RunStatus
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome
from farm.node_inputs import save_inputs
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from farm.verdict import VerdictStatus
from repo_publish.authority import Authority
from repo_publish.candidates import _candidate, without_half_way
from repo_publish.compose import compose
from repo_publish.composition import Compose
from repo_publish.signer.errors import NotAdmittedError


@dataclass(kw_only=True)
class World:
    """A ledger and a store in which `cut` is built with whatever `lib` there is."""

    ledger: Ledger
    store: DirectoryStore
    names: list[str] = field(default_factory=lambda: ["cut", "lib"])

    def begin(self) -> str:
        return self.ledger.begin_run("p", "", "build")

    def build(
        self,
        run_id: str,
        name: str,
        content: str,
        *,
        lib: str = "",
        bootstrap: str = "",
        status: VerdictStatus = VerdictStatus.REPRODUCIBLE,
    ) -> Digest:
        """Record a build; `lib` is the content of the library in its buildroot."""
        packages = [locked("lib-1-1.x86_64", content=lib)] if lib else []
        inputs = replace(node_inputs(name, packages=packages, files={"version": content}), bootstrap=bootstrap)
        save_inputs(self.store, inputs)
        build_id = inputs.build.build_id
        made = replace(
            verdict(rpms=(built_rpm(f"{name}-1-1.x86_64", content=content),), status=status),
            build_id=build_id,
            component=name,
        )
        lease = self.ledger.acquire(build_subject(build_id), this_process(), 60)
        assert lease is not None
        self.ledger.record_verdict(lease, made)
        self.ledger.release(lease)
        outcome = NodeOutcome(
            component=name, arch="x86_64", state=NodeState(status), build_id=build_id, why="", seconds=1.0
        )
        self.ledger.record_outcome(run_id, outcome)
        return build_id

    def end(self, run_id: str, name: str, state: NodeState) -> None:
        """Record that a component came to no verdict."""
        outcome = NodeOutcome(
            component=name, arch="x86_64", state=state, build_id=digest(f"{name} {run_id}"), why="", seconds=1.0
        )
        self.ledger.record_outcome(run_id, outcome)

    def compose(self) -> Compose:
        found = [
            _candidate(name, "x86_64", self.ledger.last_outcome(name, "x86_64"), self.ledger, self.store)
            for name in self.names
        ]
        candidates = without_half_way(found, frozenset(), self.ledger, self.store)
        return compose(candidates, channel_of=base_channel, waivers=[], today=date(2026, 1, 1))

    def published(self) -> set[Digest]:
        return {package.build_id for each in self.compose().repositories for package in each.packages}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        yield World(ledger=ledger, store=DirectoryStore(tmp_path / "store"))


def test_a_build_of_the_first_round_is_not_published_while_a_further_one_is_due(world: World) -> None:
    run_id = world.begin()
    lib = world.build(run_id, "lib", "stage")
    world.build(run_id, "cut", "1", lib="seed")
    assert world.published() == {lib}
    (refused,) = world.compose().refused
    assert (refused.component, refused.reason.value, refused.kept) == ("cut", "unsettled", False)
    assert refused.why == "its stage has not settled: it was built with other bytes of lib"
    world.ledger.end_round(run_id, RoundEnded(number=1, stale=(("cut", "x86_64"),)))
    world.ledger.end_run(run_id, RunStatus.INTERRUPTED)
    assert world.published() == {lib}
    again = world.build(run_id, "cut", "1", lib="stage")
    assert world.published() == {lib, again}


def test_what_had_settled_before_stays_meanwhile(world: World) -> None:
    first, second = world.begin(), world.begin()
    world.build(first, "lib", "old")
    kept = world.build(first, "cut", "1", lib="old")
    world.ledger.end_round(first, RoundEnded(number=1, stale=()))
    world.ledger.end_run(first, RunStatus.FAILED)
    lib = world.build(second, "lib", "new")
    world.build(second, "cut", "2", lib="seed")
    assert world.published() == {lib, kept}
    assert [(each.component, each.kept) for each in world.compose().refused] == [("cut", True)]


@pytest.mark.parametrize("status", [RunStatus.SUCCEEDED, RunStatus.FAILED])
def test_a_run_that_settled_is_taken_as_it_is(world: World, status: RunStatus) -> None:
    """Also where only a part of the project was built, with the seed's packages for the rest."""
    earlier, run_id = world.begin(), world.begin()
    lib = world.build(earlier, "lib", "stage")
    world.ledger.end_run(earlier, RunStatus.SUCCEEDED)
    cut = world.build(run_id, "cut", "1", lib="seed")
    world.ledger.end_round(run_id, RoundEnded(number=1, stale=()))
    world.ledger.end_run(run_id, status)
    assert world.published() == {lib, cut}


def test_an_interrupted_run_without_anything_stale_is_taken_as_far_as_it_came(world: World) -> None:
    run_id = world.begin()
    built = {world.build(run_id, "lib", "stage"), world.build(run_id, "cut", "1", lib="stage")}
    world.ledger.end_run(run_id, RunStatus.INTERRUPTED)
    assert world.published() == built


def test_what_is_half_way_does_not_stand_in_for_a_build_that_failed_later(world: World) -> None:
    first, second = world.begin(), world.begin()
    lib = world.build(first, "lib", "stage")
    world.build(first, "cut", "1", lib="seed")
    world.ledger.end_round(first, RoundEnded(number=1, stale=(("cut", "x86_64"),)))
    world.ledger.end_run(first, RunStatus.INTERRUPTED)
    world.end(second, "cut", NodeState.FAILED)
    assert world.published() == {lib}


def test_what_is_half_way_does_not_stand_in_for_a_build_that_differs(world: World) -> None:
    first, second = world.begin(), world.begin()
    lib = world.build(first, "lib", "stage")
    world.build(first, "cut", "1", lib="seed")
    world.build(second, "cut", "2", lib="stage", status=VerdictStatus.UNREPRODUCIBLE)
    assert world.published() == {lib}
    assert [(it.component, it.reason.value, it.kept) for it in world.compose().refused] == [
        ("cut", "unreproducible", False)
    ]


def test_nothing_is_published_that_was_made_with_what_began_a_cycle(world: World) -> None:
    run_id = world.begin()
    world.build(run_id, "lib", "small", bootstrap="bootstrap")
    world.build(run_id, "cut", "1", lib="small")
    assert world.published() == set()
    assert {(it.component, it.reason.value) for it in world.compose().refused} == {
        ("cut", "unsettled"),
        ("lib", "unsettled"),
    }
    lib = world.build(run_id, "lib", "whole")
    assert world.published() == {lib}
    cut = world.build(run_id, "cut", "1", lib="whole")
    assert world.published() == {lib, cut}


def test_the_full_build_of_before_stays_while_its_cycle_begins_again(world: World) -> None:
    first, second = world.begin(), world.begin()
    lib = world.build(first, "lib", "full")
    cut = world.build(first, "cut", "1", lib="full")
    world.ledger.end_round(first, RoundEnded(number=2, stale=()))
    world.ledger.end_run(first, RunStatus.SUCCEEDED)

    world.build(second, "lib", "tiny", bootstrap="tiny")
    world.build(second, "cut", "2", lib="tiny")

    assert world.published() == {lib, cut}
    assert [(each.component, each.reason.value, each.kept) for each in world.compose().refused] == [
        ("cut", "unsettled", True),
        ("lib", "unsettled", True),
    ]


def test_what_was_made_with_what_began_a_cycle_stands_in_for_nothing_once_the_full_build_fails(world: World) -> None:
    first, second = world.begin(), world.begin()
    world.build(first, "lib", "tiny", bootstrap="tiny")
    begun = world.build(first, "cut", "1", lib="tiny")
    world.ledger.end_round(first, RoundEnded(number=1, stale=(("lib", "x86_64"),)))
    world.ledger.end_run(first, RunStatus.INTERRUPTED)

    world.end(second, "lib", NodeState.FAILED)
    assert world.published() == set(), "the second driver was killed before it could say that cut is blocked"
    world.end(second, "cut", NodeState.BLOCKED)

    assert world.published() == set()
    authority = Authority(ledger=world.ledger, store=world.store, waivers=list, clock=SystemClock())
    with pytest.raises(NotAdmittedError, match="unsettled"):
        authority.check_settled([begun])


def test_what_had_settled_stands_in_behind_what_is_half_way_too(world: World) -> None:
    first, second, third = world.begin(), world.begin(), world.begin()
    settled = {world.build(first, "lib", "full"), world.build(first, "cut", "1", lib="full")}
    world.ledger.end_run(first, RunStatus.SUCCEEDED)
    world.build(second, "lib", "tiny", bootstrap="tiny")
    world.build(second, "cut", "2", lib="tiny")
    world.ledger.end_run(second, RunStatus.INTERRUPTED)

    world.end(third, "lib", NodeState.FAILED)
    world.end(third, "cut", NodeState.BLOCKED)
    world.ledger.end_run(third, RunStatus.FAILED)

    assert world.published() == settled


def test_history_that_is_let_go_of_takes_nothing_away_that_stands_in(world: World) -> None:
    first, second = world.begin(), world.begin()
    settled = {world.build(first, "lib", "full"), world.build(first, "cut", "1", lib="full")}
    world.ledger.end_run(first, RunStatus.SUCCEEDED)
    world.build(second, "lib", "tiny", bootstrap="tiny")
    world.build(second, "cut", "2", lib="tiny")
    world.ledger.end_run(second, RunStatus.INTERRUPTED)

    assert world.ledger.compact(SystemClock().now() + timedelta(days=1)).events > 0

    assert world.published() == settled


def test_the_signer_signs_nothing_of_a_bootstrap_build(world: World) -> None:
    authority = Authority(ledger=world.ledger, store=world.store, waivers=list, clock=SystemClock())
    begun = world.build(world.begin(), "lib", "tiny", bootstrap="tiny")

    with pytest.raises(NotAdmittedError, match="not signed: unsettled") as refused:
        authority.signable(begun)
    assert refused.value.why == "lib was built --with tiny to begin a cycle, not in full"


def test_whoever_signs_metadata_asks_for_itself_what_is_half_way(world: World) -> None:
    authority = Authority(ledger=world.ledger, store=world.store, waivers=list, clock=SystemClock())
    run_id = world.begin()
    lib, cut = world.build(run_id, "lib", "stage"), world.build(run_id, "cut", "1", lib="seed")
    authority.check_settled([lib])
    with pytest.raises(NotAdmittedError, match="unsettled") as refused:
        authority.check_settled([lib, cut])
    assert "other bytes of lib" in refused.value.why
    world.ledger.end_round(run_id, RoundEnded(number=1, stale=()))
    authority.check_settled([lib, cut])
