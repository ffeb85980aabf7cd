import pytest
from builders.spec_facts import binary, node, spec

from farm.source_package import SpecFacts
from scheduler.bootstraps import Declared
from scheduler.cuts import UncuttableCycleError
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.requirement_text import RequirementError


def known(*specs: tuple[Node, SpecFacts], seed: str = "seed-package") -> KnownGraph:
    """Return a graph; a package of the seed meets every requirement, or none where it is empty."""
    return KnownGraph(facts=dict(specs), seed_provides=lambda _requirement, _arch: seed, requires={})


def beginning(*specs: tuple[Node, SpecFacts], first: tuple[Node, SpecFacts]) -> KnownGraph:
    """Return a graph without a seed, in which one component has the bootstrap bcond `tiny`."""
    declared = {first[0]: Declared(bcond="tiny", known=Known(spec=first[1]))}
    return KnownGraph(facts=dict(specs), seed_provides=lambda _need, _arch: "", requires={}, declared=declared)


def test_needs_are_those_of_the_graph_and_can_be_narrowed_to_what_is_wanted() -> None:
    graph = known(spec("lib"), spec("app", "lib"), spec("other"))
    assert graph.needs([node("app")]) == {node("lib"): frozenset(), node("app"): frozenset({node("lib")})}
    assert set(graph.needs()) == {node("lib"), node("app"), node("other")}


def test_requirements_found_later_become_edges() -> None:
    graph = known(spec("lib"), spec("app"))
    assert graph.needs()[node("app")] == frozenset()
    graph.learn_requires(node("app"), ["lib"])
    assert graph.needs()[node("app")] == frozenset({node("lib")})


def test_real_provides_that_somebody_requires_make_another_graph() -> None:
    graph = known(spec("lib"), spec("app", "virtual(lib)"))
    assert graph.needs()[node("app")] == frozenset()
    real = binary("lib", provides=["virtual(lib) = 1"])
    assert graph.learn_packages({node("lib"): [real]})
    assert graph.needs()[node("app")] == frozenset({node("lib")})


def test_a_promise_that_is_kept_changes_the_graph_and_nothing_that_waits() -> None:
    graph = known(spec("lib"), spec("app", "pkgconfig(lib)"))
    assert graph.graph.edges[0].needs[0].foretold
    real = binary("lib", provides=["pkgconfig(lib) = 1"])
    assert not graph.learn_packages({node("lib"): [real]})
    assert not graph.graph.edges[0].needs[0].foretold


def test_real_provides_that_nobody_requires_change_nothing() -> None:
    graph = known(spec("lib"), spec("app", "zlib"))
    before = graph.graph
    real = binary("lib", provides=["lib(x86-64) = 1", "liblib.so.1()(64bit)"])
    assert not graph.learn_packages({node("lib"): [real]})
    assert not graph.learn_packages({node("lib"): [real]})
    assert graph.graph is before


def test_real_requirements_are_news_only_where_they_need_a_node_that_is_not_behind() -> None:
    graph = known(spec("lib"), spec("tool"), spec("app", "lib"), spec("user", "app"), seed="")
    assert graph.needs()[node("app")] == frozenset({node("lib")})
    assert not graph.learn_packages({node("app"): [binary("app", requires=["lib"])]})
    assert graph.graph.providers(node("user")) == (node("app"), node("lib"))
    assert graph.learn_packages({node("app"): [binary("app", requires=["lib", "tool"])]})
    assert graph.needs()[node("user")] == {node("app"), node("lib"), node("tool")}


def test_what_makes_no_graph_is_not_taken_in() -> None:
    graph = known(spec("lib"), spec("app", "lib"), seed="")
    before = graph.needs()
    with pytest.raises(UncuttableCycleError):
        graph.learn_requires(node("lib"), ["app"])
    with pytest.raises(RequirementError):
        graph.learn_requires(node("lib"), ["(app"])
    assert graph.needs() == before


def test_real_packages_that_make_no_graph_are_not_taken_in() -> None:
    graph = known(spec("lib", "virtual(app)"), spec("app", "lib"), seed="")
    before = graph.graph
    with pytest.raises(UncuttableCycleError):
        graph.learn_packages({node("app"): [binary("app", provides=["virtual(app)"])]})
    assert graph.graph is before
    assert graph.learn_packages({node("app"): [binary("app")]}) is False


def test_what_full_builds_need_and_provide_does_not_close_a_cycle_that_has_begun() -> None:
    graph = beginning(spec("a", "b"), spec("b", "a"), spec("c"), first=spec("a"))
    assert graph.bootstraps == {node("a")}
    graph.learn_packages({node("a"): [binary("a", provides=["x"])]})
    before = graph.needs()
    assert set(graph.needs([node("a")])) == {node("a"), node("b")}, "its full build needs b"
    with pytest.raises(UncuttableCycleError):
        graph.learn_packages({node("a"): [binary("a", requires=["b"])]})

    graph.begin_later_round()
    assert not graph.learn_requires(node("a"), ["b"])
    assert not graph.learn_packages({node("a"): [binary("a", requires=["b"])]})
    assert graph.needs() == before
    assert graph.learn_requires(node("c"), ["a"])
    assert graph.needs()[node("c")] == {node("a")}, "others go on to be learned of"


@pytest.mark.parametrize(
    ("first", "can_begin"), [(spec("a"), True), (spec("a", "b"), False), (spec("a", excluded="no"), False)]
)
def test_a_later_plan_can_begin_a_cycle_only_where_a_bcond_takes_it_away(
    first: tuple[Node, SpecFacts], *, can_begin: bool
) -> None:
    graph = beginning(spec("a"), spec("b", "a"), first=first)
    before = graph.graph
    with pytest.raises(UncuttableCycleError):
        graph.learn_requires(node("a"), ["b"])
    assert graph.can_begin_with(node("a"), ["b"]) is can_begin
    assert graph.graph is before


def test_no_later_plan_can_begin_a_cycle_that_is_closed_with_the_bcond_too() -> None:
    graph = beginning(spec("a", "b"), spec("b", "a"), first=spec("a"))
    assert graph.bootstraps == {node("a")}
    assert not graph.can_begin_with(node("a"), ["b"])
    assert graph.can_begin_with(node("a"), [])
    assert not known(spec("lib"), seed="").can_begin_with(node("lib"), ["lib"]), "there is no bcond"
