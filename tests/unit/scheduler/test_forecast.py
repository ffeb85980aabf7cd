import hypothesis.strategies as st
import pytest
from builders.node_inputs import node_inputs
from builders.spec_facts import Seed, build_graph, node, spec
from hypothesis import given, settings

from farm.states import NodeState
from scheduler.durations import Duration, Durations
from scheduler.forecast import Forecast, foretell
from scheduler.plan import LastBuild, make_plan

CHAIN = build_graph(dict([spec("app", "lib"), spec("lib", "base"), spec("base"), spec("other")]), seed_provides=Seed())


def durations(**seconds: float) -> Durations:
    return Durations(
        known={node(name): Duration(seconds=it, spread=0.1, samples=3) for name, it in seconds.items()},
        prior=Duration(seconds=1.0, spread=0.1),
    )


def forecast(slots: int = 8, saved_share: float = 0.5, **seconds: float) -> Forecast:
    plan = make_plan(CHAIN, current={}, last={})
    return foretell(plan, durations(**seconds), {"x86_64": slots}, saved_share)


def test_the_critical_path_is_the_longest_in_time() -> None:
    found = forecast(base=10, lib=20, app=30, other=5)

    assert found.critical_path == ("base.x86_64", "lib.x86_64", "app.x86_64")
    assert found.critical_seconds == found.finish == 60
    assert found.work_seconds == 130
    assert found.earliest < found.finish < found.latest
    assert forecast(other=100).critical_path == ("other.x86_64",)


def test_with_one_slot_everything_is_done_one_after_the_other() -> None:
    assert forecast(1, base=10, lib=20, app=30, other=5).finish == 130


def test_what_is_not_known_is_counted() -> None:
    assert forecast(base=10).unknown == 3


@pytest.mark.parametrize(("share", "finish"), [(0.0, 60), (0.5, 35), (1.0, 10)])
def test_builds_that_may_be_saved_count_with_the_share_that_is_not(share: float, finish: float) -> None:
    last = {it: LastBuild(inputs=node_inputs(it.component), state=NodeState.REPRODUCIBLE) for it in CHAIN.nodes}
    current = {it: node_inputs(it.component) for it in CHAIN.nodes}
    current[node("base")] = node_inputs("base", files={"base.spec": "edited"})
    plan = make_plan(CHAIN, current=current, last=last)

    found = foretell(plan, durations(base=10, lib=20, app=30), {"x86_64": 4}, share)

    assert found.finish == found.critical_seconds == finish
    assert (found.perhaps, found.saved_nodes, found.saved_seconds) == (2, 2 * share, 100 * share)


def test_nothing_to_build_takes_no_time() -> None:
    last = {it: LastBuild(inputs=node_inputs(it.component), state=NodeState.REPRODUCIBLE) for it in CHAIN.nodes}
    plan = make_plan(CHAIN, current={it: node_inputs(it.component) for it in CHAIN.nodes}, last=last)

    found = foretell(plan, durations(), {}, 0.5)

    assert (found.finish, found.latest, found.critical_path, found.slots) == (0, 0, (), {})


NAMES = [f"n{number}" for number in range(8)]


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3)),
    st.lists(st.integers(1, 50), min_size=8, max_size=8),
    st.integers(1, 4),
)
def test_the_end_lies_between_its_bounds(needs: dict[str, list[str]], seconds: list[int], slots: int) -> None:
    graph = build_graph(dict(spec(name, *found) for name, found in needs.items()), seed_provides=Seed(*NAMES))
    plan = make_plan(graph, current={}, last={})
    known = durations(**dict(zip(NAMES, map(float, seconds), strict=True)))

    found = foretell(plan, known, {"x86_64": slots}, 0.5)

    assert found.finish >= found.critical_seconds
    assert found.finish >= found.work_seconds / slots - 0.1
    assert found.finish <= found.critical_seconds + found.work_seconds / slots + 0.1
