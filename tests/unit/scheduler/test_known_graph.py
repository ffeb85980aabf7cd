import pytest

from farm.nevra import Nevra
from farm.source_package import BinaryPackage, SpecFacts
from scheduler.cuts import UncuttableCycleError
from scheduler.known_graph import KnownGraph
from scheduler.node import Node
from scheduler.requirement_text import RequirementError


def node(name: str) -> Node:
    return Node(name, "x86_64")


def facts(name: str, *requires: str) -> SpecFacts:
    return SpecFacts(
        arch="x86_64",
        source=Nevra.parse(f"{name}-1-1.src"),
        build_requires=requires,
        dynamic=False,
        packages=(BinaryPackage(name=name, provides=(), requires=()),),
        excluded="",
    )


def known(*specs: SpecFacts) -> KnownGraph:
    return KnownGraph(
        facts={node(spec.source.name): spec for spec in specs},
        seed_provides=lambda _requirement, _arch: "seed-package",
        requires={},
    )


def test_needs_are_those_of_the_graph_and_can_be_narrowed_to_what_is_wanted() -> None:
    graph = known(facts("lib"), facts("app", "lib"), facts("other"))
    assert graph.needs([node("app")]) == {node("lib"): frozenset(), node("app"): frozenset({node("lib")})}
    assert set(graph.needs()) == {node("lib"), node("app"), node("other")}


def test_requirements_found_later_become_edges() -> None:
    graph = known(facts("lib"), facts("app"))
    assert graph.needs()[node("app")] == frozenset()
    graph.learn_requires(node("app"), ["lib"])
    assert graph.needs()[node("app")] == frozenset({node("lib")})


def test_real_provides_that_somebody_requires_make_another_graph() -> None:
    graph = known(facts("lib"), facts("app", "virtual(lib)"))
    assert graph.needs()[node("app")] == frozenset()
    real = BinaryPackage(name="lib", provides=("virtual(lib) = 1",), requires=())
    assert graph.learn_packages({node("lib"): [real]})
    assert graph.needs()[node("app")] == frozenset({node("lib")})


def test_a_promise_that_is_kept_changes_the_graph_and_nothing_that_waits() -> None:
    graph = known(facts("lib"), facts("app", "pkgconfig(lib)"))
    assert graph.graph.edges[0].needs[0].foretold
    real = BinaryPackage(name="lib", provides=("pkgconfig(lib) = 1",), requires=())
    assert not graph.learn_packages({node("lib"): [real]})
    assert not graph.graph.edges[0].needs[0].foretold


def test_real_provides_that_nobody_requires_change_nothing() -> None:
    graph = known(facts("lib"), facts("app", "zlib"))
    before = graph.graph
    real = BinaryPackage(name="lib", provides=("lib(x86-64) = 1", "liblib.so.1()(64bit)"), requires=())
    assert not graph.learn_packages({node("lib"): [real]})
    assert not graph.learn_packages({node("lib"): [real]})
    assert graph.graph is before


def made(name: str, *requires: str) -> BinaryPackage:
    return BinaryPackage(name=name, provides=(), requires=requires)


def test_real_requirements_are_news_only_where_they_need_a_node_that_is_not_behind() -> None:
    graph = KnownGraph(
        facts={
            node(name): facts(name, *requires)
            for name, *requires in (["lib"], ["tool"], ["app", "lib"], ["user", "app"])
        },
        seed_provides=lambda _requirement, _arch: "",
        requires={},
    )
    assert graph.needs()[node("app")] == frozenset({node("lib")})
    assert not graph.learn_packages({node("app"): [made("app", "lib")]})
    assert graph.graph.providers(node("user")) == (node("app"), node("lib"))
    assert graph.learn_packages({node("app"): [made("app", "lib", "tool")]})
    assert graph.needs()[node("user")] == {node("app"), node("lib"), node("tool")}


def test_what_makes_no_graph_is_not_taken_in() -> None:
    graph = KnownGraph(
        facts={node("lib"): facts("lib"), node("app"): facts("app", "lib")},
        seed_provides=lambda _requirement, _arch: "",
        requires={},
    )
    before = graph.needs()
    with pytest.raises(UncuttableCycleError):
        graph.learn_requires(node("lib"), ["app"])
    with pytest.raises(RequirementError):
        graph.learn_requires(node("lib"), ["(app"])
    assert graph.needs() == before


def test_real_packages_that_make_no_graph_are_not_taken_in() -> None:
    graph = KnownGraph(
        facts={node("lib"): facts("lib", "virtual(app)"), node("app"): facts("app", "lib")},
        seed_provides=lambda _requirement, _arch: "",
        requires={},
    )
    before = graph.graph
    with pytest.raises(UncuttableCycleError):
        graph.learn_packages({node("app"): [BinaryPackage(name="app", provides=("virtual(app)",), requires=())]})
    assert graph.graph is before
    assert graph.learn_packages({node("app"): [made("app")]}) is False
