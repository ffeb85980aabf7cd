"""Cycles that begin with a component's bootstrap bcond, and what the seed must still cut."""

from collections.abc import Mapping
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from builders.spec_facts import Seed, beginning, binary, node, spec
from hypothesis import given, settings

from farm.source_package import SpecFacts
from scheduler.bootstraps import Declared
from scheduler.cuts import UncuttableCycleError
from scheduler.graph import BuildGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.standing_graph import StandingGraph

NOTHING = Seed()


def graph_of(
    *specs: tuple[Node, SpecFacts], seed: Seed = NOTHING, bootstraps: Mapping[Node, SpecFacts] | None = None
) -> BuildGraph:
    return beginning(specs, *(bootstraps or {}).items(), seed=seed)


def cut(graph: BuildGraph) -> list[str]:
    return [f"{edge.node.component}->{edge.provider.component}" for edge in graph.cut]


def used(graph: BuildGraph) -> list[str]:
    return [
        f"{it.node.component} without {' '.join(other.component for other in it.without)}" for it in graph.bootstraps
    ]


def idle(graph: BuildGraph) -> list[str]:
    return [f"{it.node.component}: {it.why}" for it in graph.idle_bootstraps]


CYCLE = (spec("a", "b"), spec("b", "a"))


def test_two_that_need_each_other_need_the_seed_or_a_bcond() -> None:
    with pytest.raises(UncuttableCycleError):
        graph_of(*CYCLE)
    assert cut(graph_of(*CYCLE, seed=Seed("a", "b"))) == ["a->b"]

    graph = graph_of(*CYCLE, bootstraps=dict([spec("a")]))

    assert [it.component for it in graph.nodes] == ["a", "b"]
    assert (cut(graph), used(graph), idle(graph)) == ([], ["a without b"], [])
    assert graph.providers(node("b")) == (node("a"),)


def test_a_bcond_is_preferred_to_a_seed_that_could_stand_in() -> None:
    graph = graph_of(*CYCLE, seed=Seed("a", "b"), bootstraps=dict([spec("b")]))

    assert (cut(graph), used(graph)) == ([], ["b without a"])
    assert [it.component for it in graph.nodes] == ["b", "a"]


def test_the_seed_cuts_what_a_bcond_leaves() -> None:
    specs = (spec("a", "b", "c"), spec("b", "a"), spec("c", "a"))

    graph = graph_of(*specs, seed=Seed("a", "b", "c"), bootstraps=dict([spec("a", "c")]))

    assert (cut(graph), used(graph)) == (["a->c"], ["a without b"])


def test_a_component_that_needs_itself_is_a_cycle() -> None:
    graph = graph_of(spec("ghc", "ghc"), bootstraps=dict([spec("ghc")]))

    assert (cut(graph), used(graph)) == ([], ["ghc without ghc"])


def test_outside_of_any_cycle_the_bcond_is_idle() -> None:
    graph = graph_of(*CYCLE, spec("c", "b"), seed=Seed("a", "b"), bootstraps=dict([spec("c")]))

    assert idle(graph) == ["c: it is in no cycle"]
    assert (used(graph), graph.providers(node("c"))) == ([], (node("b"),))
    without = graph_of(*CYCLE, spec("c", "b"), seed=Seed("a", "b"))
    assert replace(graph, idle_bootstraps=()) == without


def test_a_bcond_that_takes_nothing_of_the_cycle_away_is_idle() -> None:
    specs = (spec("a", "b", "docs"), spec("b", "a"), spec("docs"))

    graph = graph_of(*specs, seed=Seed("a", "b"), bootstraps=dict([spec("a", "b")]))

    assert idle(graph) == ["a: it takes away nothing of its cycle"]
    assert replace(graph, idle_bootstraps=()) == graph_of(*specs, seed=Seed("a", "b"))


def test_each_architecture_is_looked_at_for_itself() -> None:
    other = (spec("a", arch="aarch64"), spec("b", "a", arch="aarch64"))

    graph = graph_of(*CYCLE, *other, bootstraps=dict([spec("a"), spec("a", arch="aarch64")]))

    assert [str(it.node) for it in graph.bootstraps] == ["a.x86_64"]
    assert [str(it.node) for it in graph.idle_bootstraps] == ["a.aarch64"]


def test_packages_that_others_need_and_only_a_full_build_makes_keep_it_full() -> None:
    full = spec("a", "b", packages=[binary("a"), binary("a-extra")])
    specs = (full, spec("b", "a"), spec("user", "a-extra"))

    graph = graph_of(*specs, seed=Seed("a", "b"), bootstraps=dict([spec("a")]))

    assert idle(graph) == ["a: with it, nothing provides a-extra, which user.x86_64 needs"]
    assert cut(graph) == ["a->b"]
    in_seed = graph_of(*specs, seed=Seed("a-extra"), bootstraps=dict([spec("a")]))
    assert (used(in_seed), cut(in_seed)) == (["a without b"], [])


def test_a_bcond_that_asks_for_what_nobody_has_is_idle() -> None:
    graph = graph_of(*CYCLE, seed=Seed("a", "b"), bootstraps=dict([spec("a", "prebuilt")]))

    assert idle(graph) == ["a: with it, nothing provides prebuilt, which a.x86_64 needs"]


def test_one_excluded_from_its_architecture_is_idle() -> None:
    graph = graph_of(
        *CYCLE,
        spec("c", excluded="ExclusiveArch: s390x"),
        seed=Seed("a", "b"),
        bootstraps=dict([spec("a", excluded="ExcludeArch: x86_64"), spec("c")]),
    )

    assert idle(graph) == [
        "a: with it, the component is not built for x86_64: ExcludeArch: x86_64",
        "c: it is not built for x86_64",
    ]


def test_what_installing_its_packages_needs_can_be_what_closes_the_cycle() -> None:
    full = spec("a", packages=[binary("a", requires=["b"])])

    graph = graph_of(full, spec("b", "a"), spec("c", "a"), bootstraps=dict([spec("a")]))

    assert (used(graph), cut(graph)) == (["a without b"], [])
    assert graph.with_ancestors([node("c")]) == {node("a"), node("b"), node("c")}, "a later round needs b"


def test_real_requirements_of_a_full_build_do_not_close_the_cycle_again() -> None:
    known = {which: Known(spec=it) for which, it in CYCLE}
    real = (binary("a", provides=["a(x)"], requires=["b"]),)
    known[node("a")] = replace(known[node("a")], packages=real)
    known[node("c")] = Known(spec=spec("c", "a(x)")[1])

    graph = StandingGraph(
        known, seed_provides=NOTHING, declared={node("a"): Declared(bcond="x", known=Known(spec=spec("a")[1]))}
    ).graph

    assert used(graph) == ["a without b"]
    assert graph.providers(node("c")) == (node("a"),), "its real provides still count"


def test_what_is_learned_later_changes_no_choice() -> None:
    known = {which: Known(spec=it) for which, it in (*CYCLE, spec("c"), spec("d", "c"))}
    declared = {node(name): Declared(bcond="x", known=Known(spec=spec(name)[1])) for name in ("a", "c")}
    standing = StandingGraph(known, seed_provides=Seed("d"), declared=declared)
    before = standing.graph

    after = standing.learn({node("c"): Known(spec=spec("c", "d")[1])})

    assert cut(after) == ["c->d"]
    assert (after.bootstraps, after.idle_bootstraps) == (before.bootstraps, before.idle_bootstraps)


NAMES = [f"n{number}" for number in range(9)]
DRAWN = st.fixed_dictionaries(
    {
        name: st.tuples(
            st.sets(st.sampled_from(NAMES), max_size=4), st.sets(st.sampled_from(NAMES), max_size=1), st.booleans()
        )
        for name in NAMES
    }
)


@settings(max_examples=150)
@given(DRAWN, st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES)), max_size=4), st.data())
def test_bootstrap_bconds_never_let_the_seed_stand_in_at_more_nodes(
    drawn: dict[str, tuple[set[str], set[str], bool]], dropped: dict[str, set[str]], data: st.DataObject
) -> None:
    seed = Seed(*data.draw(st.sets(st.sampled_from(NAMES), min_size=5)))
    specs = {
        name: spec(name, *asks, packages=[binary(name, requires=sorted(run_time if rarely else []))])
        for name, (asks, run_time, rarely) in drawn.items()
    }
    bootstraps = {
        node(name): replace(
            specs[name][1], build_requires=tuple(it for it in specs[name][1].build_requires if it not in gone)
        )
        for name, gone in dropped.items()
    }
    try:
        plain = graph_of(*specs.values(), seed=seed)
    except UncuttableCycleError:
        return

    graph = graph_of(*specs.values(), seed=seed, bootstraps=bootstraps)

    assert len({it.node for it in graph.cut}) <= len({it.node for it in plain.cut})
    assert {it.node for it in graph.bootstraps} | {it.node for it in graph.idle_bootstraps} == bootstraps.keys()
    assert graph == graph_of(*specs.values(), seed=seed, bootstraps=bootstraps)
