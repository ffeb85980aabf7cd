"""Whatever changed in whatever order, a standing graph is the one built anew."""

import contextlib
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from builders.spec_facts import Seed, binary, node, spec
from hypothesis import given, settings

from farm.errors import UnresolvableError
from farm.source_package import SpecFacts
from scheduler.cuts import UncuttableCycleError
from scheduler.graph import BuildGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.requirement_text import RequirementError
from scheduler.standing_graph import StandingGraph

NAMES = [f"n{number:02}" for number in range(10)]
ARCHES = ("x86_64", "aarch64")
REQUIREMENTS = st.sampled_from(
    [*NAMES, "v", "w >= 2", "(v or n03)", "(w if n01)", "pkgconfig(n04)", "n05-extra", "(bad"]
)
PACKAGES = st.builds(
    lambda suffix, provides, requires: (suffix, provides, requires),
    st.sampled_from(["", "-devel", "-extra"]),
    st.lists(st.sampled_from(["v", "w = 1", "w = 2", "pkgconfig(n04) = 3"]), max_size=2),
    st.lists(st.sampled_from([*NAMES, "v", "n05-extra"]), max_size=2),
)
KNOWN = st.builds(
    lambda requires, packages, made, dynamic, version, excluded: (requires, packages, made, dynamic, version, excluded),
    st.lists(REQUIREMENTS.filter(lambda text: text != "(bad"), max_size=3),
    st.lists(PACKAGES, min_size=1, max_size=3, unique_by=lambda it: it[0]),
    st.lists(PACKAGES, max_size=2, unique_by=lambda it: it[0]),
    st.lists(REQUIREMENTS, max_size=1),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["", "", "", "ExclusiveArch: s390x"]),
)
NODES = st.builds(Node, st.sampled_from(NAMES), st.sampled_from(ARCHES))

Drawn = tuple[
    list[str], list[tuple[str, list[str], list[str]]], list[tuple[str, list[str], list[str]]], list[str], str, str
]


def known(which: Node, drawn: Drawn) -> Known:
    requires, packages, made, dynamic, version, excluded = drawn
    name = which.component
    _, facts = spec(
        name,
        *requires,
        packages=[binary(name + suffix, provides=gives, requires=needs) for suffix, gives, needs in packages],
        version=version,
        arch=which.arch,
        excluded=excluded,
    )
    real = tuple(binary(name + suffix, provides=gives, requires=needs) for suffix, gives, needs in made)
    return Known(spec=facts, packages=real, requires=tuple(dynamic))


def built(every: dict[Node, Known], seed: Seed) -> tuple[BuildGraph | None, str]:
    try:
        return StandingGraph(every, seed_provides=seed).graph, ""
    except UnresolvableError as error:
        return None, error.code


@settings(max_examples=40)
@given(
    st.dictionaries(NODES, KNOWN, min_size=2, max_size=14),
    st.lists(st.dictionaries(NODES, KNOWN, min_size=1, max_size=3), min_size=1, max_size=5),
    st.sets(st.sampled_from([*NAMES, "v"])),
)
def test_a_standing_graph_is_the_one_built_anew(
    first: dict[Node, Drawn], later: list[dict[Node, Drawn]], in_seed: set[str]
) -> None:
    seed = Seed(*in_seed)
    every = {which: known(which, drawn) for which, drawn in first.items()}
    with contextlib.suppress(UnresolvableError):
        standing = StandingGraph(every, seed_provides=seed)
        for step in later:
            news = {which: known(which, drawn) for which, drawn in step.items() if which in every}
            anew, _ = built({**every, **news}, seed)
            before = standing.graph
            try:
                after = standing.learn(news)
            except UnresolvableError:
                assert anew is None
                assert standing.graph is before
                continue
            every |= news
            assert after == anew
            assert (after is before) == (after == before)
            for which in after.nodes:
                assert after.level(which) == anew.level(which)
                assert after.dependents(which) == anew.dependents(which)
                assert after.ancestors(which) == anew.ancestors(which)
                assert after.parts[which.arch].blast_radii[which] == anew.parts[which.arch].blast_radii[which]


def standing(*specs: tuple[Node, SpecFacts], seed: Seed) -> StandingGraph:
    return StandingGraph({which: Known(spec=facts) for which, facts in specs}, seed_provides=seed)


def edges(graph: BuildGraph) -> list[str]:
    return [f"{edge.node.component}->{edge.provider.component}" for edge in graph.edges]


def test_another_version_leaves_the_graph_as_it_is_unless_someone_asks_for_one() -> None:
    kept = standing(spec("a", "b >= 2"), spec("b", version="1"), spec("c", "b"), seed=Seed("b", "b >= 2"))
    before = kept.graph

    assert edges(before) == ["c->b"]
    assert kept.learn({node("b"): Known(spec=spec("b", version="1.5")[1])}) is before
    assert edges(kept.learn({node("b"): Known(spec=spec("b", version="2")[1])})) == ["a->b", "c->b"]


def test_a_change_leaves_the_cuts_of_another_knot_and_another_architecture_alone() -> None:
    knot = (spec("a", "b"), spec("b", "a"))
    other = (spec("c", "d"), spec("d", "c"))
    kept = standing(*knot, *other, spec("a", arch="aarch64"), seed=Seed("a", "b", "c", "d"))
    before = kept.graph

    after = kept.learn({node("a"): Known(spec=spec("a")[1])})

    assert [str(it.node) for it in after.cut] == ["c.x86_64"]
    assert after.cut == before.cut[1:]
    assert after.parts["aarch64"] is before.parts["aarch64"]


def test_what_makes_no_graph_is_not_taken_in() -> None:
    kept = standing(spec("a", "b"), spec("b"), seed=Seed())
    before = kept.graph

    with pytest.raises(UncuttableCycleError):
        kept.learn({node("b"): Known(spec=spec("b", "a")[1])})
    with pytest.raises(RequirementError):
        kept.learn({node("b"): Known(spec=spec("b", "(a")[1])})
    with pytest.raises(RequirementError):
        kept.learn({node("b"): Known(spec=spec("b", packages=[binary("b", requires=["(a"])])[1])})
    assert kept.graph is before
    assert kept.learn({node("b"): replace(kept.known(node("b")))}) is before


def test_an_excluded_component_that_changes_provides_nothing() -> None:
    kept = standing(spec("a", "b"), spec("b", excluded="no"), seed=Seed())

    after = kept.learn({node("b"): Known(spec=spec("b", version="2", excluded="never")[1])})

    assert after.excluded == ((node("b"), "never"),)
    assert [it.requirement for it in after.unprovided] == ["b"]
