import gzip
import json
from itertools import combinations

import hypothesis.strategies as st
import rustworkx
from builders.vectors import DIRECTORY, require_vectors
from hypothesis import given, settings

from scheduler.feedback_vertices import feedback_vertices

SIZE = 8
EDGES = st.sets(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=26)


def successors(edges: set[tuple[int, int]], size: int = SIZE) -> list[list[int]]:
    return [sorted(target for source, target in edges if source == vertex) for vertex in range(size)]


def acyclic(edges: set[tuple[int, int]], without: frozenset[int]) -> bool:
    graph = rustworkx.PyDiGraph[None, None]()
    graph.extend_from_edge_list([(one, two) for one, two in sorted(edges) if not {one, two} & without])
    return rustworkx.is_directed_acyclic_graph(graph)


def smallest(edges: set[tuple[int, int]], allowed: list[int]) -> int:
    return next(
        size for size in range(SIZE + 1) if any(acyclic(edges, frozenset(some)) for some in combinations(allowed, size))
    )


@settings(max_examples=150)
@given(EDGES)
def test_it_is_as_small_as_brute_force_finds(edges: set[tuple[int, int]]) -> None:
    found = feedback_vertices(successors(edges))

    assert acyclic(edges, found)
    assert len(found) == smallest(edges, list(range(SIZE)))
    assert feedback_vertices([list(reversed(it)) for it in successors(edges)]) == found


@settings(max_examples=100)
@given(EDGES, st.sets(st.integers(0, SIZE - 1), max_size=4))
def test_what_may_not_be_taken_is_not(edges: set[tuple[int, int]], fixed: set[int]) -> None:
    edges = {(one, two) for one, two in edges if not (one in fixed and two in fixed and one >= two)}
    allowed = [vertex for vertex in range(SIZE) if vertex not in fixed]

    found = feedback_vertices(successors(edges), frozenset(fixed))

    assert not found & fixed
    assert acyclic(edges, found)
    assert len(found) == smallest(edges, allowed)


def test_of_two_equals_the_higher_number_is_taken() -> None:
    assert feedback_vertices([[1], [0]]) == {1}


def test_a_whole_distribution_needs_fewer_than_a_greedy_choice() -> None:
    """The greedy reference takes 179 components of the real Azure Linux 4 graph."""
    require_vectors("azl4_edges.json.gz")
    needs: dict[str, list[str]] = json.loads(gzip.decompress((DIRECTORY / "azl4_edges.json.gz").read_bytes()))
    names = sorted(needs.keys() | {it for found in needs.values() for it in found})
    number = {name: index for index, name in enumerate(names)}
    edges = {(number[name], number[it]) for name, found in needs.items() for it in found if it != name}

    targets: list[list[int]] = [[] for _ in names]
    for source, target in sorted(edges):
        targets[source].append(target)
    found = feedback_vertices(targets)

    assert acyclic(edges, found)
    assert len(found) < 160
