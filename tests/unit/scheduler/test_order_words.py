from builders.spec_facts import Seed, beginning, binary, build_graph, node, spec

from scheduler.durations import Duration, Durations
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.order_words import order_words
from scheduler.plan import make_plan

DURATIONS = Durations(known={node("lib"): Duration(seconds=60.0)}, prior=Duration(seconds=1.0))


def said(graph: BuildGraph, it: Node) -> tuple[str, ...]:
    plan = make_plan(graph, current={}, last={})
    return order_words(it, plan, graph, DURATIONS)


GRAPH = build_graph(dict([spec("app", "lib"), spec("lib", "base"), spec("base"), spec("other")]), seed_provides=Seed())


def test_it_says_what_is_waited_for_and_what_waits_behind() -> None:
    assert said(GRAPH, node("lib")) == (
        "wave 1",
        "waits for base.x86_64",
        (
            "place 2 of 4 when ready: 1m01s from its start to the end of the longest path that begins with it; "
            "1 builds need it"
        ),
    )
    assert said(GRAPH, node("base"))[1].startswith("place 1 of 4")


def test_it_says_that_waiting_is_in_vain() -> None:
    graph = build_graph(dict([spec("app", "lib"), spec("lib", "gone")]), seed_provides=Seed())

    assert "waits in vain for lib.x86_64" in said(graph, node("app"))


def test_it_says_who_was_chosen_where_others_could_do_and_what_is_a_guess() -> None:
    mail = [spec(name, packages=[binary(name, provides=["mta"])]) for name in ("exim", "postfix")]
    graph = build_graph(
        dict([spec("app", "mta", "pkgconfig(zlib)"), *mail, spec("zlib", packages=[binary("zlib-devel")])]),
        seed_provides=Seed(),
    )

    assert said(graph, node("app"))[-2:] == (
        "mta: exim/exim; postfix/postfix could, too",
        "pkgconfig(zlib): zlib/zlib-devel, because of its name: what it provides is known once it is built",
    )


def test_it_says_where_the_seed_stands_in() -> None:
    graph = build_graph(dict([spec("a", "b"), spec("b", "a")]), seed_provides=Seed("a", "b"))

    assert said(graph, node("a"))[-1] == (
        "built first with the seed's b in place of b.x86_64: one of 2 components that need each other"
    )


def test_an_excluded_node_has_no_order() -> None:
    assert said(GRAPH, node("off")) == ()


def test_it_says_who_begins_a_cycle_and_who_need_not() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a"), spec("c")], spec("a"), spec("c"), seed=Seed())

    assert "built --with tiny in the first round, without b, and in full in the next one" in said(graph, node("a"))
    assert "not built --with tiny first: it is in no cycle" in said(graph, node("c"))
