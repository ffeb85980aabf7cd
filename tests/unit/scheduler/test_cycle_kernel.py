"""What the steps do; that none loses a smallest set is seen in `test_feedback_vertices`."""

from itertools import permutations

from scheduler.cycle_kernel import Kernel


def shrunk(*successors: list[int]) -> Kernel:
    kernel = Kernel(successors)
    kernel.shrink()
    return kernel


def test_without_a_cycle_nothing_is_left() -> None:
    kernel = shrunk([1, 2], [2], [])

    assert (kernel.taken, kernel.after) == ([], {})


def test_a_single_way_in_is_passed_by_until_a_loop_is_taken() -> None:
    assert shrunk([1], [2], [0]).taken == [2]


def test_of_vertices_that_all_lead_to_each_other_all_but_the_first_are_taken() -> None:
    everyone = range(4)

    kernel = shrunk(*([other for other in everyone if other != it] for it in everyone))

    assert sorted(kernel.taken) == [1, 2, 3]
    assert kernel.after == {}


def test_an_edge_between_groups_that_pairs_alone_join_is_dropped() -> None:
    """Two cliques of three, each edge both ways; one-way edges lead from one to the other, so no cycle needs them."""
    cliques = [list(permutations(some, 2)) for some in ((0, 1, 2), (3, 4, 5))]
    edges = sorted({*cliques[0], *cliques[1], *((one, two) for one in (0, 1, 2) for two in (3, 4, 5))})

    kernel = shrunk(*([two for one, two in edges if one == vertex] for vertex in range(6)))

    assert sorted(kernel.taken) == [1, 2, 4, 5]


def test_a_vertex_can_be_passed_by_before() -> None:
    kernel = Kernel([[1], [2], [0, 1]])
    kernel.pass_by(1)

    assert kernel.after == {0: {2}, 2: {0, 2}}
