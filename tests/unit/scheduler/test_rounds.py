from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from builders.builds import built_rpm, digest
from builders.node_inputs import locked
from builders.spec_facts import node

from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.node import Node
from scheduler.rounds import Made, NotSettledError, Round, begun_nodes, build_in_rounds, stale_nodes
from scheduler.rounds_record import RoundsRecord


def rpm(name: str, content: str, arch: str = "x86_64") -> BuiltRpm:
    return built_rpm(f"{name}-1-1.{arch}", content=content)


def made(lock: Mapping[str, str], *rpms: BuiltRpm, arch: str = "x86_64") -> Made:
    packages = tuple(locked(f"{name}-1-1.{arch}", content=content) for name, content in lock.items())
    return Made(lock=BuildrootLock(arch=arch, layers=(packages,)), rpms=rpms)


def test_a_node_built_with_the_seeds_package_of_what_the_stage_makes_is_stale() -> None:
    found = {
        node("pytest"): made({"pluggy": "seed", "bash": "seed"}, rpm("pytest", "a")),
        node("pluggy"): made({"pytest": "a"}, rpm("pluggy", "stage")),
    }

    assert stale_nodes(found) == {node("pytest"): ("pluggy",)}


def test_the_same_bytes_from_elsewhere_are_not_stale_and_architectures_are_apart() -> None:
    found = {
        node("a"): made({"b": "same"}, rpm("a", "a")),
        node("b"): made({}, rpm("b", "same")),
        node("a", "aarch64"): made({"b": "other"}, arch="aarch64"),
    }

    assert stale_nodes(found) == {}


class SeenRounds(RoundsRecord):
    """Remembers what it was told instead of writing it down."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.settled = False

    def started(self, number: int, nodes: int, why: str) -> None:
        self.told.append(("started", number, nodes, why))

    def ended(self, number: int, stale: Iterable[Node]) -> None:
        found = sorted(stale)
        self.told.append(("ended", number, *found))
        self.settled = not found


class Stage:
    """`pytest` needs `pluggy`, which needs `pytest`; each round `contents` says what pytest's bytes come to."""

    def __init__(self, *contents: str) -> None:
        self.record = SeenRounds()
        self.may_go_on = True
        self.contents = list(contents)
        self.rounds: list[Round] = []
        self.said: list[str] = []
        self.state = {
            node("pytest"): made({"pluggy": "seed"}, rpm("pytest", self.contents.pop(0))),
            node("pluggy"): made({"pytest": contents[0]}, rpm("pluggy", f"with {contents[0]}")),
            node("other"): made({}, rpm("other", "x")),
        }

    def outcomes(self) -> list[NodeOutcome]:
        return [
            NodeOutcome(
                component=it.component,
                arch=it.arch,
                state=NodeState.REPRODUCIBLE,
                build_id=digest(f"{it} {len(self.rounds) if self.rounds and it in self.rounds[-1].nodes else ''}"),
                why="",
                seconds=1.0,
            )
            for it in sorted(self.state)
        ]

    def drive(self, this: Round) -> Sequence[NodeOutcome]:
        self.rounds.append(this)
        content = self.contents.pop(0)
        seen = {it.nevra.name: it.digest for rpms in this.previous.values() for it in rpms}
        old = self.state[node("pluggy")].rpms[0]
        assert seen["pluggy"] == old.digest
        seed = locked("pluggy-1-1.x86_64")
        lock = LockedPackage(nevra=seed.nevra, digest=old.digest, repository="stage", location="")
        self.state[node("pytest")] = Made(
            lock=BuildrootLock(arch="x86_64", layers=((lock,),)), rpms=(rpm("pytest", content),)
        )
        self.state[node("pluggy")] = made({"pytest": content}, rpm("pluggy", f"with {content}"))
        return self.outcomes()

    def run(self, most: int = 5) -> Sequence[NodeOutcome]:
        return build_in_rounds(
            self.outcomes(),
            drive=self.drive,
            made=lambda _: dict(self.state),
            dependents=lambda it: frozenset({node("pluggy")} if it.component == "pytest" else set[Node]()),
            most=most,
            tell=self.said.append,
            record=self.record,
            goes_on=lambda _: self.may_go_on,
        )


def test_a_round_that_changes_no_byte_is_the_last() -> None:
    stage = Stage("a", "a")

    stage.run()

    (only,) = stage.rounds
    assert only.stale == {node("pytest"): ("pluggy",)}
    assert only.nodes == {node("pytest"), node("pluggy")}
    assert stage.said == [
        "round 2: 2 to look at again: pytest.x86_64 was built with other bytes of pluggy",
        "round 2: no byte changed",
    ]


def test_rounds_go_on_while_bytes_change() -> None:
    stage = Stage("a", "b", "b")

    stage.run()

    assert [it.number for it in stage.rounds] == [2, 3]
    assert stage.record.told == [
        ("ended", 1, node("pytest")),
        ("started", 2, 2, "pytest.x86_64 was built with other bytes of pluggy"),
        ("ended", 2, node("pytest")),
        ("started", 3, 2, "pytest.x86_64 was built with other bytes of pluggy"),
        ("ended", 3),
    ]
    assert stage.said[1] == "round 2: other bytes of pluggy.x86_64, pytest.x86_64"
    assert stage.said[-1] == "round 3: no byte changed"


def test_a_stage_that_never_settles_is_stopped_and_says_why() -> None:
    stage = Stage("a", "b", "c", "d", "e")

    with pytest.raises(NotSettledError, match="still changes after 3 rounds") as caught:
        stage.run(3)
    assert caught.value.why == "pytest.x86_64 was built with other bytes of pluggy"
    assert caught.value.exit_status == 5
    assert len(stage.rounds) == 2


def test_a_node_that_came_to_the_same_build_keeps_what_that_took() -> None:
    stage = Stage("a", "a")
    first = {it.component: replace(it, seconds=20.0) for it in stage.outcomes()}

    ended = build_in_rounds(
        list(first.values()),
        drive=stage.drive,
        made=lambda _: dict(stage.state),
        dependents=lambda _: frozenset(),
        most=5,
        tell=stage.said.append,
        record=stage.record,
        goes_on=lambda _: True,
    )

    assert {it.component: it.seconds for it in ended} == {"other": 20.0, "pluggy": 20.0, "pytest": 1.0}


def test_without_anything_stale_there_is_one_round() -> None:
    stage = Stage("a")
    stage.state = {node("other"): stage.state[node("other")]}

    stage.run()

    assert (stage.rounds, stage.said) == ([], [])


def test_a_run_that_is_to_end_begins_no_further_round_and_says_what_is_left() -> None:
    stage = Stage("a", "b", "b")
    stage.may_go_on = False

    assert stage.run() == stage.outcomes()

    assert stage.rounds == []
    assert stage.record.told == [("ended", 1, node("pytest"))]


def test_a_bootstrap_build_is_built_again_in_full_though_nothing_is_stale() -> None:
    stage = Stage("a", "a")
    begun = replace(made({}, rpm("pytest", "tiny")), bootstrap="tiny")
    stage.state = {**stage.state, node("pytest"): begun, node("pluggy"): made({}, rpm("pluggy", "with a"))}

    stage.run()

    (only,) = stage.rounds
    assert (only.stale, only.begun) == ({}, {node("pytest"): "tiny"})
    assert only.nodes == {node("pytest"), node("pluggy")}
    assert stage.said[0] == "round 2: 2 to look at again: pytest.x86_64 was built --with tiny, not in full"
    assert stage.record.told[0] == ("ended", 1, node("pytest"))
    assert begun_nodes(stage.state) == {}


def test_a_stage_whose_only_round_was_a_bootstrap_has_not_settled() -> None:
    stage = Stage("a")
    stage.state = {node("pytest"): replace(made({}, rpm("pytest", "tiny")), bootstrap="tiny")}

    with pytest.raises(NotSettledError) as caught:
        stage.run(1)
    assert caught.value.why == "pytest.x86_64 was built --with tiny, not in full"
