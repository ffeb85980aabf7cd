import hypothesis.strategies as st
import pytest
from builders.spec_facts import node
from hypothesis import given

from scheduler.durations import EXPENSIVE_PRIOR, PRIOR, PRIOR_SOURCE_BYTES
from scheduler.learned_durations import learn_durations
from scheduler.node import Node


def test_a_node_takes_the_median_of_its_builds() -> None:
    learned = learn_durations({node("a"): (10, 12, 500)}, nodes=[node("a")])

    assert learned.of(node("a")).seconds == 12
    assert learned.of(node("a")).samples == 3


def test_the_spread_is_that_of_the_samples_once_there_are_enough() -> None:
    steady = learn_durations({node("a"): (10,) * 8}, nodes=[node("a")]).of(node("a"))
    once = learn_durations({node("a"): (10,)}, nodes=[node("a")]).of(node("a"))

    assert steady.spread == 0
    assert 0 < once.spread < PRIOR.spread


def test_a_new_architecture_takes_what_others_take_there() -> None:
    samples = {node("a"): (10,), node("b"): (20,), node("c"): (30,), node("a", "aarch64"): (100,)}

    learned = learn_durations(samples, nodes=[node("b", "aarch64")])

    assert learned.seconds(node("b", "aarch64")) == 200
    assert learned.of(node("b", "aarch64")).samples == 0


def test_what_was_never_built_takes_what_is_usual_more_if_it_is_large_or_said_to_be_expensive() -> None:
    learned = learn_durations(
        {node("a"): (10,), node("b"): (30,)},
        nodes=[node("small"), node("large"), node("browser")],
        expensive=["browser"],
        sizes={"small": 100, "large": 400, "middle": 100},
    )

    assert learned.seconds(node("small")) == 20
    assert learned.seconds(node("large")) == 40
    assert learned.seconds(node("browser")) == EXPENSIVE_PRIOR.seconds
    assert learned.seconds(node("unheard-of")) == 20


def test_without_any_history_the_prior_counts() -> None:
    assert learn_durations({}, nodes=[node("a")]).seconds(node("a")) == PRIOR.seconds


def test_the_prior_is_that_of_a_source_rpm_of_its_size() -> None:
    sizes = {"small": PRIOR_SOURCE_BYTES // 16, "middle": PRIOR_SOURCE_BYTES, "large": PRIOR_SOURCE_BYTES * 100}
    learned = learn_durations({}, nodes=[node(name) for name in sizes], sizes=sizes)

    assert [learned.seconds(node(name)) / PRIOR.seconds for name in sizes] == [0.25, 1, 10]


@given(st.dictionaries(st.sampled_from([node("a"), node("b"), node("a", "aarch64")]), st.lists(st.floats(0, 1e6))))
def test_every_expectation_is_positive(samples: dict[Node, list[float]]) -> None:
    nodes = [node(name, arch) for name in ("a", "b", "c") for arch in ("x86_64", "aarch64")]
    learned = learn_durations(samples, nodes=nodes)

    assert all(learned.seconds(it) > 0 and learned.of(it).spread >= 0 for it in nodes)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_what_is_known_does_not_matter(order: int) -> None:
    samples = {node("a"): (10.0,), node("b"): (20.0,), node("a", "aarch64"): (1.0,), node("b", "aarch64"): (9.0,)}
    turned = dict(list(samples.items())[::order])

    assert learn_durations(turned, nodes=[node("z")]) == learn_durations(samples, nodes=[node("z")])
