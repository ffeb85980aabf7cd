from scheduler.node import Node
from scheduler.open_needs import OpenNeeds

APP = Node("app", "x86_64")
LIBS = [Node(f"lib{number}", "x86_64") for number in range(5)]


def test_a_need_that_is_met_is_news_where_it_was_shown_or_the_last() -> None:
    needs = OpenNeeds({APP: frozenset(LIBS)}, lambda _need: True)
    assert needs.words(APP) == "waits for lib0.x86_64, lib1.x86_64, lib2.x86_64 and others"
    assert not needs.strike(APP, LIBS[4])
    assert needs.strike(APP, LIBS[0])
    assert needs.words(APP) == "waits for lib1.x86_64, lib2.x86_64, lib3.x86_64"
    assert [needs.strike(APP, lib) for lib in LIBS[1:4]] == [True, True, True]
    assert needs.missing(APP) == set()


def test_other_needs_replace_the_old_ones_with_their_dependents() -> None:
    needs = OpenNeeds({APP: frozenset(LIBS[:2])}, lambda _need: True)
    assert needs.dependents(LIBS[0]) == [APP]
    assert not needs.change(APP, frozenset(LIBS[:2]))
    assert needs.change(APP, frozenset(LIBS[1:3]))
    assert (needs.dependents(LIBS[0]), needs.dependents(LIBS[2])) == ([], [APP])
    assert needs.missing(APP) == set(LIBS[1:3])
