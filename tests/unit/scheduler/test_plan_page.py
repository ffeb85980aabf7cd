from builders.spec_facts import Seed, beginning, build_graph, spec

from scheduler.durations import Durations
from scheduler.forecast import foretell
from scheduler.plan import make_plan
from scheduler.plan_page import plan_page


def test_the_page_says_what_is_built_why_and_until_when() -> None:
    graph = build_graph(dict([spec("app", "lib"), spec("lib")]), seed_provides=Seed())
    plan = make_plan(graph, current={}, last={})

    page = plan_page(plan, foretell(plan, Durations(), {}, 0.5), "demo")

    assert "<h1>Plan of demo</h1>" in page
    assert "<td>lib<td>x86_64<td>0<td>build<td>never built<td>1" in page
    assert "<li>lib.x86_64</li><li>app.x86_64</li>" in page
    assert "expected end" in page


def test_the_page_says_who_begins_a_cycle() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a"), spec("c")], spec("a"), spec("c"), seed=Seed())
    plan = make_plan(graph, current={}, last={})

    page = plan_page(plan, foretell(plan, Durations(), {}, 0.5), "demo")

    assert "<summary>Cycles: 1 begin with a bootstrap bcond</summary>" in page
    assert "<li>a.x86_64 is built --with tiny first, without b; then in full</li>" in page
    assert "<li>c.x86_64 is not built --with tiny first: it is in no cycle</li>" in page
    assert "never built; bootstrap: first --with tiny" in page
