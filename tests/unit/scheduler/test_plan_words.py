from builders.spec_facts import Seed, beginning, build_graph, spec

from scheduler.durations import Durations
from scheduler.forecast import foretell
from scheduler.plan import make_plan
from scheduler.plan_words import forecast_lines, remarks


def test_a_person_is_told_of_time_the_critical_path_and_cycles() -> None:
    names = [f"n{number:02}" for number in range(12)]
    specs = [spec(name, *names[max(number - 1, 0) : number]) for number, name in enumerate(names)]
    graph = build_graph(dict([*specs, spec("a", "b"), spec("b", "a")]), seed_provides=Seed("a", "b"))
    plan = make_plan(graph, current={}, last={})

    expected, path = forecast_lines(foretell(plan, Durations(), {"x86_64": 3}, 0.5))

    assert expected.endswith("with 3 x86_64 builds at once; 14 never built before")
    assert "n03.x86_64 -> 4 more -> n08.x86_64" in path
    assert remarks(plan) == ["cycle: a.x86_64 takes b from the seed instead of b.x86_64"]


def test_nothing_is_told_of_time_where_nothing_is_built() -> None:
    plan = make_plan(build_graph({}, seed_provides=Seed()), current={}, last={})

    assert forecast_lines(foretell(plan, Durations(), {}, 0.5)) == []


def test_a_person_is_told_who_begins_a_cycle_and_who_need_not() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a"), spec("c")], spec("a"), spec("c"), seed=Seed())

    assert remarks(make_plan(graph, current={}, last={})) == [
        "cycle: a.x86_64 is built --with tiny first, without b; then in full",
        "bootstrap: c.x86_64 is not built --with tiny first: it is in no cycle",
    ]
