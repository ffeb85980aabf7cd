import hypothesis.strategies as st
from hypothesis import given

from scheduler.durations import Duration, Durations
from scheduler.node import Node
from scheduler.policy import (
    Ask,
    Urgency,
    build_order,
    inherited_asks,
    longest_remaining,
)


def node(name: str) -> Node:
    return Node(name, "x86_64")


LIB, APP, TOP, DOC = map(node, ("lib", "app", "top", "doc"))
NEEDS = {TOP: frozenset({APP}), APP: frozenset({LIB}), DOC: frozenset({LIB}), LIB: frozenset[Node]()}
DURATIONS = Durations(known={DOC: Duration(seconds=500.0)}, prior=Duration(seconds=10.0))


def test_the_longest_path_is_weighted_by_what_builds_take() -> None:
    assert longest_remaining(NEEDS, DURATIONS) == {LIB: 510.0, APP: 20.0, TOP: 10.0, DOC: 500.0}


def test_what_a_security_fix_needs_is_as_urgent() -> None:
    fix = Ask(urgency=Urgency.SECURITY, requester="psirt")
    mass = Ask(urgency=Urgency.MASS)
    assert inherited_asks(NEEDS, {APP: fix}, mass) == {LIB: fix, APP: fix, TOP: mass, DOC: mass}


@given(st.permutations(sorted(NEEDS)))
def test_the_build_order_does_not_depend_on_that_of_the_needs(order: list[Node]) -> None:
    assert build_order({each: NEEDS[each] for each in order}) == build_order(NEEDS)
    assert build_order(NEEDS).index(LIB) == 0


def test_needs_outside_the_run_count_for_nothing() -> None:
    assert longest_remaining({APP: frozenset({LIB})}, DURATIONS) == {APP: 10.0}
