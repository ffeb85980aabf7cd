from builders.spec_facts import Seed, beginning, build_graph, spec

from scheduler.plan import make_plan
from scheduler.stage_report import stage_rows


def test_a_node_built_first_is_told_with_what_the_seed_gives_it() -> None:
    graph = build_graph(
        dict([spec("gcc", "make", "gcc"), spec("make", "gcc"), spec("app", "make", "gcc"), spec("c", "gcc")]),
        seed_provides=Seed(gcc="gcc-14", make="make"),
    )

    (row,) = stage_rows(make_plan(graph, current={}, last={}))

    assert (row.component, row.instead_of, row.seed_packages, row.reached) == (
        "gcc",
        ("gcc", "make"),
        ("gcc-14", "make"),
        3,
    )
    assert row.why == "it needs itself; one of 2 components that need each other"


def test_without_cycles_there_is_nothing_to_tell() -> None:
    graph = build_graph(dict([spec("a", "b"), spec("b")]), seed_provides=Seed())

    assert stage_rows(make_plan(graph, current={}, last={})) == []


def test_a_node_that_begins_with_its_bcond_is_told_with_what_it_does_without() -> None:
    graph = beginning([spec("a", "b", "c"), spec("b", "a"), spec("c", "a")], spec("a", "c"), seed=Seed(c="c-9"))

    (row,) = stage_rows(make_plan(graph, current={}, last={}))

    assert (row.component, row.instead_of, row.seed_packages, row.wave) == ("a", ("b", "c"), ("c-9",), 0)
    assert row.why == "bootstrap: first --with tiny, then in full; one of 2 components that need each other"
