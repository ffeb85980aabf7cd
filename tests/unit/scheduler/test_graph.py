import gzip
import json
import random
import re
import time

import hypothesis.strategies as st
import pytest
from builders.spec_facts import Seed, binary, build_graph, node, spec
from builders.vectors import DIRECTORY, require_vectors
from hypothesis import given, settings

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.cuts import UncuttableCycleError
from scheduler.edges import CutEdge, Edge, Need, Unprovided
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.requirement_text import RequirementError

NOTHING = Seed()


def graph_of(
    *specs: tuple[Node, SpecFacts],
    seed: Seed = NOTHING,
    known: dict[str, list[BinaryPackage]] | None = None,
    dynamic: dict[str, list[str]] | None = None,
) -> BuildGraph:
    return build_graph(
        dict(specs),
        seed_provides=seed,
        known_packages={node(name): packages for name, packages in (known or {}).items()},
        dynamic_requires={node(name): requires for name, requires in (dynamic or {}).items()},
    )


def edges(graph: BuildGraph) -> list[str]:
    return [f"{edge.node.component}->{edge.provider.component}" for edge in graph.edges]


def cut(graph: BuildGraph) -> list[str]:
    return [f"{edge.node.component}->{edge.provider.component}" for edge in graph.cut]


def test_an_edge_names_the_requirement_and_the_package() -> None:
    zlib = spec("zlib", packages=[binary("zlib"), binary("zlib-devel")])

    graph = graph_of(spec("hello", "zlib-devel >= 1"), zlib)

    need = Need(requirement="zlib-devel >= 1", choice="zlib-devel >= 1", package="zlib-devel")
    assert graph.edges == (Edge(node=node("hello"), provider=node("zlib"), needs=(need,)),)
    assert graph.nodes == (node("zlib"), node("hello"))
    assert [graph.level(it) for it in graph.nodes] == [0, 1]


def test_the_project_wins_over_the_seed_and_versions_count() -> None:
    specs = (spec("a", "b"), spec("c", "b >= 9"), spec("b"))

    graph = graph_of(*specs, seed=Seed("b", "b >= 9"))

    assert edges(graph) == ["a->b"]
    assert graph.unprovided == ()


def test_architectures_are_apart() -> None:
    graph = graph_of(spec("a", "b", arch="aarch64"), spec("b"), seed=Seed("b"))

    assert graph.edges == ()


def test_other_candidates_are_shown() -> None:
    graph = graph_of(spec("a", "mta"), *(spec(it, packages=[binary(it, provides=["mta"])]) for it in ("z", "exim")))

    assert edges(graph) == ["a->exim"]
    assert graph.edges[0].needs[0].others == ("z/z",)


def test_of_alternatives_the_first_of_the_project_is_needed() -> None:
    graph = graph_of(spec("a", "(clang or gcc or icc)"), spec("gcc"), spec("icc"), seed=Seed("clang"))

    assert edges(graph) == ["a->gcc"]
    assert graph.edges[0].needs[0].choice == "gcc"


def test_what_nothing_provides_is_told_unless_it_is_conditional() -> None:
    graph = graph_of(spec("a", "gone", "(x or y)", "(maybe if b)", "rpmlib(Foo) <= 1"))

    assert graph.unprovided == (
        Unprovided(node=node("a"), requirement="(x or y)"),
        Unprovided(node=node("a"), requirement="gone"),
    )


def test_a_name_is_a_last_guess() -> None:
    graph = graph_of(spec("a", "pkgconfig(freetype2)"), spec("freetype", packages=[binary("freetype-devel")]))

    assert edges(graph) == ["a->freetype"]
    assert graph.edges[0].needs[0].foretold
    assert graph.unprovided == ()
    assert edges(graph_of(*FREETYPE, seed=Seed("pkgconfig(freetype2)"))) == []


FREETYPE = (spec("a", "pkgconfig(freetype2)"), spec("freetype", packages=[binary("freetype-devel")]))


def test_known_provides_and_dynamic_requirements_make_edges() -> None:
    known = {"freetype": [binary("freetype-devel", provides=["pkgconfig(freetype2) = 26"])]}

    graph = graph_of(*FREETYPE, spec("b"), known=known, dynamic={"b": ["pkgconfig(freetype2) >= 20"]})

    assert edges(graph) == ["a->freetype", "b->freetype"]
    assert not graph.edges[0].needs[0].foretold


def test_an_excluded_component_is_no_node_and_provides_nothing() -> None:
    graph = graph_of(spec("a", "b"), spec("b", "nothing", excluded="ExclusiveArch: s390x"), seed=Seed("b"))

    assert graph.nodes == (node("a"),)
    assert graph.edges == ()
    assert graph.excluded == ((node("b"), "ExclusiveArch: s390x"),)


def test_a_component_that_needs_itself_takes_the_seed() -> None:
    graph = graph_of(spec("gcc", "gcc"), seed=Seed(gcc="gcc-14"))

    need = Need(requirement="gcc", choice="gcc", package="gcc")
    assert graph.cut == (
        CutEdge(
            node=node("gcc"), provider=node("gcc"), needs=(need,), seed_packages=("gcc-14",), why="it needs itself"
        ),
    )


def test_a_component_that_needs_itself_without_a_seed_cannot_be_built() -> None:
    with pytest.raises(UncuttableCycleError, match="ghc -> ghc") as caught:
        graph_of(spec("ghc", "ghc >= 1"))
    assert "ghc needs ghc >= 1 (ghc/ghc)" in caught.value.why


def test_a_cycle_is_cut_where_the_seed_can_stand_in() -> None:
    graph = graph_of(spec("a", "b"), spec("b", "a"), seed=Seed("a"))

    assert cut(graph) == ["b->a"]
    assert edges(graph) == ["a->b"]
    assert graph.cut[0].why == "one of 2 components that need each other"


def test_an_edge_with_one_requirement_that_the_seed_lacks_is_not_cut() -> None:
    b = spec("b", packages=[binary("b"), binary("b-new")])

    graph = graph_of(spec("a", "b", "b-new"), b, spec("c", "a"), spec("b2"), dynamic={"b": ["c"]}, seed=Seed("b", "c"))

    assert cut(graph) == ["b->c"]


def test_a_cycle_that_the_seed_cannot_cut_is_named() -> None:
    with pytest.raises(UncuttableCycleError, match="a -> b -> a") as caught:
        graph_of(spec("a", "b"), spec("b", "a"), spec("c", "a"))
    assert caught.value.why.splitlines()[1:] == ["a needs b (b/b)", "b needs a (a/a)"]
    assert caught.value.exit_status == 6


def test_conditional_and_foretold_needs_never_make_a_cycle_fatal() -> None:
    assert cut(graph_of(spec("a", "(b if c)"), spec("b", "a"))) == ["a->b"]


def test_run_time_requirements_count_where_the_seed_lacks_them() -> None:
    b = spec("b", packages=[binary("b", requires=["libc", "new"])])
    new = spec("new", packages=[binary("new", requires=["deep"])])

    graph = graph_of(spec("a", "b"), b, new, spec("deep"), spec("libc"), seed=Seed("libc"))

    assert edges(graph) == ["a->b", "a->deep", "a->new"]
    assert graph.edges[2].needs[0].through == "b"


def test_sub_packages_of_one_component_are_walked_through() -> None:
    b = spec("b", packages=[binary("b-devel", requires=["b-libs = 1-1"]), binary("b-libs", requires=["new"])])

    assert edges(graph_of(spec("a", "b-devel"), b, spec("new"))) == ["a->b", "a->new"]


def test_a_cut_edge_brings_in_no_run_time_requirements() -> None:
    """A needs b, b's package needs c, c needs a: with the seed's b, c is not needed for a."""
    b = spec("b", packages=[binary("b", requires=["c"])])

    graph = graph_of(spec("a", "b"), b, spec("c", "a"), seed=Seed("b"))

    assert cut(graph) == ["a->b"]
    assert edges(graph) == ["c->a"]
    assert "require c" in graph.cut[0].why


def test_run_time_requirements_that_lead_back_are_named_where_nothing_can_be_cut() -> None:
    b = spec("b", packages=[binary("b", requires=["c"])])

    with pytest.raises(UncuttableCycleError) as caught:
        graph_of(spec("a", "b"), b, spec("c", "a"))
    assert "a needs c of b (c/c)" in caught.value.why


def test_a_test_tool_that_requires_the_tested_is_taken_from_the_seed() -> None:
    tool = spec("tool", packages=[binary("tool", requires=["a = 1-1"])])

    assert cut(graph_of(spec("a", "tool"), tool, seed=Seed("tool"))) == ["a->tool"]


def test_a_broken_requirement_names_its_component() -> None:
    with pytest.raises(RequirementError, match="hello: not an RPM dependency"):
        graph_of(spec("hello", "(a or"))


def test_ancestors_and_descendants() -> None:
    graph = graph_of(spec("a", "b"), spec("b", "c"), spec("c"), spec("d", "c"))

    assert graph.ancestors(node("a")) == {node("b"), node("c")}
    assert graph.with_ancestors([node("b"), node("excluded")]) == {node("b"), *graph.ancestors(node("b"))}
    assert graph.descendants(node("c")) == {node("a"), node("b"), node("d")}
    assert graph.providers(node("a")) == (node("b"),)
    assert graph.dependents(node("c")) == (node("b"), node("d"))
    assert graph.parts["x86_64"].blast_radii == {node("a"): 0, node("b"): 1, node("c"): 3, node("d"): 0}
    assert [graph.level(it) for it in graph.nodes] == [0, 1, 1, 2]


NAMES = [f"n{number:02}" for number in range(12)]
SPECS = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(
        st.lists(st.sampled_from([*NAMES, "v", "(v or n03)"]), max_size=4),
        st.lists(st.sampled_from(["v", "w"]), max_size=1),
        st.lists(st.sampled_from(NAMES), max_size=2),
    ),
    max_size=12,
)


@settings(max_examples=100)
@given(SPECS, st.sets(st.sampled_from(NAMES)), st.randoms(use_true_random=False))
def test_order_respects_edges_and_depends_on_no_order(
    drawn: dict[str, tuple[list[str], list[str], list[str]]], in_seed: set[str], order: random.Random
) -> None:
    specs = [
        spec(name, *requires, packages=[binary(name, provides=provides, requires=runs)])
        for name, (requires, provides, runs) in drawn.items()
    ]
    try:
        graph = graph_of(*specs, seed=Seed(*in_seed))
    except UncuttableCycleError as error:
        order.shuffle(specs)
        with pytest.raises(UncuttableCycleError, match=re.escape(error.what)):
            graph_of(*specs, seed=Seed(*in_seed))
        return
    place = {it: number for number, it in enumerate(graph.nodes)}
    assert all(place[edge.provider] < place[edge.node] for edge in graph.edges)
    assert all(need.choice in in_seed for edge in graph.cut for need in edge.needs if not need.optional)
    for it in graph.nodes:
        assert graph.ancestors(it) == {*graph.providers(it)}.union(*map(graph.ancestors, graph.providers(it)))
        assert graph.parts[it.arch].blast_radii[it] == len(graph.descendants(it))
    order.shuffle(specs)
    assert graph_of(*specs, seed=Seed(*in_seed)) == graph


@pytest.mark.no_cover  # counting lines would take most of the time
def test_a_whole_distribution_is_ordered_in_seconds() -> None:
    """The real Azure Linux 4 graph: 7,559 components, 2,419 of which need each other."""
    require_vectors("azl4_edges.json.gz")
    needs: dict[str, list[str]] = json.loads(gzip.decompress((DIRECTORY / "azl4_edges.json.gz").read_bytes()))
    facts = dict(spec(name, *found) for name, found in needs.items())

    begin = time.process_time()
    graph = build_graph(facts, seed_provides=lambda requirement, _arch: requirement)
    seconds = time.process_time() - begin

    assert len(graph.nodes) == len(needs)
    assert len(graph.edges) + len(graph.cut) == sum(len(found) for found in needs.values()) - len(graph.unprovided)
    built_first = {it.node for it in graph.cut if it.why != "it needs itself"}
    assert len(built_first) < 160, "a greedy choice takes 179"
    assert seconds < 60, "two seconds on an idle machine"
