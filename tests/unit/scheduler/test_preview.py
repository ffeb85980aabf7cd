from builders.spec_facts import Seed, beginning, build_graph, node, spec

from farm.changes.compare_inputs import InputChange
from farm.changes.compare_projects import ChangeKind, ComponentChange
from scheduler.plan import Action
from scheduler.preview import preview_plan
from scheduler.reasons import BootstrapFirst, InputChanged, NeverBuilt, ParentRebuilt, SpecChanged

GRAPH = build_graph(dict([spec("app", "lib"), spec("lib", "base"), spec("base"), spec("other")]), seed_provides=Seed())


def change(component: str, kind: ChangeKind = ChangeKind.CHANGED, *inputs: InputChange) -> ComponentChange:
    return ComponentChange(component=component, change=kind, inputs=inputs, rendered=False, sources=False)


EDIT = InputChange(input="build.defines.vendor", old="a", new="b", old_at="x.toml:3", new_at="x.toml:4")


def test_a_change_is_built_and_reaches_all_that_need_it() -> None:
    plan = preview_plan(
        GRAPH, [change("lib", ChangeKind.CHANGED, EDIT), change("base", ChangeKind.UNCHANGED)], GRAPH.nodes
    )

    assert [(it.component, it.action, it.reasons) for it in plan.nodes] == [
        (
            "lib",
            Action.BUILD,
            (InputChanged(input="build.defines.vendor", before="a", after="b", file="x.toml:4"),),
        ),
        ("app", Action.MAYBE, (ParentRebuilt(component="lib"),)),
    ]


def test_new_and_newly_rendered_components_are_built_and_removed_ones_are_not() -> None:
    changes = [
        change("other", ChangeKind.ADDED),
        change("app", ChangeKind.RENDERED),
        change("gone", ChangeKind.REMOVED),
    ]

    assert {it.component: it.reasons for it in preview_plan(GRAPH, changes, GRAPH.nodes).nodes} == {
        "other": (NeverBuilt(),),
        "app": (SpecChanged(),),
    }


def test_only_what_is_selected_is_shown_and_changes_elsewhere_still_reach_it() -> None:
    plan = preview_plan(GRAPH, [change("base", ChangeKind.CHANGED, EDIT)], [node("app")])

    assert [(it.component, it.action) for it in plan.nodes] == [("app", Action.MAYBE)]


def test_a_preview_marks_what_begins_a_cycle() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a"), spec("c")], spec("a"), spec("c"), seed=Seed())

    plan = preview_plan(graph, [change("a", ChangeKind.ADDED)], graph.nodes)

    assert plan.nodes[0].reasons == (NeverBuilt(), BootstrapFirst(bcond="tiny", without=("b",)))
    assert [it.node.component for it in plan.bootstraps] == ["a"]
    assert plan.idle_bootstraps == ()
