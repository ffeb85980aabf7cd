"""Tests of `scheduler.build_order`."""

from scheduler.build_order import BuildOrder
from scheduler.node import Node
from scheduler.policy import Ask, Policy, Urgency
from scheduler.ready_builds import Build

LIBRARY = Node("library", "x86_64")
PROGRAM = Node("program", "x86_64")
NEEDS = {LIBRARY: frozenset[Node](), PROGRAM: frozenset({LIBRARY})}


def test_what_others_wait_for_goes_first() -> None:
    order = BuildOrder(Policy(), ("first", "second"))
    order.rank(NEEDS)
    assert order.urgency(LIBRARY) < order.urgency(PROGRAM)


def test_a_need_of_a_security_fix_is_as_urgent() -> None:
    order = BuildOrder(Policy(ask=Ask(urgency=Urgency.MASS)), ("first", "second"))
    order.ask([PROGRAM], Ask(urgency=Urgency.SECURITY))
    order.rank(NEEDS)
    assert order.urgency(LIBRARY)[0] is Urgency.SECURITY


def test_a_verification_yields_and_avoids_the_machine_of_the_first_build() -> None:
    order = BuildOrder(Policy(), ("first", "second"))
    order.rank(NEEDS)
    wish = order.wish(Build(PROGRAM, "second"), {"first": "alpha"})
    assert (wish.order, wish.avoid) == (1, "alpha")
    assert order.wish(Build(PROGRAM, "first"), {"first": "alpha"}).avoid == ""
