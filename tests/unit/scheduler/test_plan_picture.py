from xml.etree.ElementTree import Element, fromstring

from builders.spec_facts import Seed, build_graph, spec

from scheduler.durations import Durations
from scheduler.forecast import foretell
from scheduler.plan import Plan, make_plan
from scheduler.plan_page import plan_page
from scheduler.plan_picture import SMALL, draw_plan

SVG = "{http://www.w3.org/2000/svg}"


def chain(length: int, *more: str) -> Plan:
    names = [f"n{number:03}" for number in range(length)]
    specs = [spec(name, *names[max(number - 1, 0) : number]) for number, name in enumerate(names)]
    graph = build_graph(dict([*specs, *(spec(name) for name in more)]), seed_provides=Seed())
    return make_plan(graph, current={}, last={})


def picture(plan: Plan) -> Element:
    return fromstring(draw_plan(plan, foretell(plan, Durations(), {}, 0.5)))  # noqa: S314 - our own text


def words(drawn: Element) -> list[str]:
    return [it.text or "" for it in drawn.iter(f"{SVG}text")]


def test_a_small_plan_has_a_box_for_each_node_and_an_arrow_for_each_need() -> None:
    drawn = picture(chain(3))

    assert {"n000.x86_64", "n001.x86_64", "n002.x86_64"} <= set(words(drawn))
    assert [it.get("class") for it in drawn.iter(f"{SVG}path")] == ["edge critical"] * 2


def test_a_large_plan_has_a_row_for_each_wave() -> None:
    drawn = picture(chain(SMALL, *(f"m{number}" for number in range(40))))

    said = words(drawn)
    assert [text for text in said if text.startswith("wave ")] == [f"wave {number}" for number in range(SMALL)]
    assert "41 build; critical: n000.x86_64" in said


def test_a_cut_is_dashed_and_told() -> None:
    graph = build_graph(dict([spec("a", "b"), spec("b", "a")]), seed_provides=Seed("a", "b"))
    plan = make_plan(graph, current={}, last={})

    assert "edge cut" in [it.get("class") for it in picture(plan).iter(f"{SVG}path")]
    assert any("dashed" in text for text in words(picture(plan)))
    assert "from the seed instead of" in plan_page(plan, foretell(plan, Durations(), {}, 0.5), "demo")


def test_it_has_a_title_and_a_description_and_no_script() -> None:
    drawn = picture(chain(2))

    assert drawn.get("role") == "img"
    assert [it.text for it in drawn.findall(f"{SVG}title")] == ["Plan of 2 builds"]
    assert "2 build" in (drawn.findtext(f"{SVG}desc") or "")
    assert list(drawn.iter(f"{SVG}script")) == []


def test_names_are_escaped_in_picture_and_page() -> None:
    plan = chain(1, "<b>&x")
    page = plan_page(plan, foretell(plan, Durations(), {}, 0.5), "<p>")

    assert "<b>" not in page
    assert "&lt;b&gt;&amp;x" in page
    assert "<p>" not in page
    assert "<script" not in page


def test_a_long_table_says_what_it_leaves_out() -> None:
    plan = chain(1, *(f"m{number}" for number in range(1002)))

    assert "and 3 more" in plan_page(plan, foretell(plan, Durations(), {}, 0.5), "p")


def test_an_empty_plan_is_a_picture_too() -> None:
    assert "nothing to do" in (picture(chain(0)).findtext(f"{SVG}desc") or "")
