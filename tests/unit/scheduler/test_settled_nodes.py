"""Nodes that ended in an earlier run as they would end in this one: neither solved nor looked at again."""

from pathlib import Path

import pytest
from builders.builds import built_rpm
from builders.driven_farm import Farm, states
from builders.spec_facts import binary, node, spec

from farm.events import ControlAction, ControlRequested, NodeChanged
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler import messages
from scheduler.answers import Answer
from scheduler.bootstraps import Declared
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.made_packages import MadePackages
from scheduler.node import Node


def settled(farm: Farm, *names: str) -> dict[Node, Verdict]:
    found = {}
    for name in names:
        outcome = farm.ledger.last_good(name, "x86_64")
        assert outcome is not None
        assert outcome.build_id is not None
        verdict = farm.ledger.verdict(outcome.build_id)
        assert verdict is not None
        found[node(name)] = verdict
    return found


def test_settled_nodes_are_recorded_and_only_the_rest_is_solved(tmp_path: Path) -> None:
    before = Farm(tmp_path, {"lib": (), "app": ("lib",)})
    first = before.run()
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",), "new": ("app",)})

    outcomes = farm.run(settled=settled(farm, "lib", "app"))

    assert set(states(outcomes).values()) == {NodeState.REPRODUCIBLE}
    assert farm.resolver.asked == ["new"]
    assert farm.resolver.seen[node("new")] == (node("app"), node("lib"))
    assert {name for name, _ in farm.executor.built} == {"new"}
    assert outcomes["app"].build_id == first["app"].build_id
    assert outcomes["app"].why == "nothing that reaches the output has changed"
    told = [it.event for it in farm.ledger.events() if isinstance(it.event, NodeChanged)]
    assert {it.component for it in told if it.why == outcomes["app"].why} == {"lib", "app"}
    farm.ledger.verify_chain()


def test_a_run_of_settled_nodes_alone_ends(tmp_path: Path) -> None:
    farm = Farm(tmp_path, {"lib": ()})
    farm.run()
    farm.resolver.asked.clear()

    assert states(farm.run(settled=settled(farm, "lib"))) == {"lib": NodeState.REPRODUCIBLE}
    assert farm.resolver.asked == []


@pytest.mark.parametrize("action", [ControlAction.CANCEL, ControlAction.PRIORITIZE])
def test_a_settled_node_stays_as_it_is_whatever_is_asked_of_it(tmp_path: Path, action: ControlAction) -> None:
    first = Farm(tmp_path, {"lib": (), "app": ("lib",)}).run()
    farm = Farm(tmp_path, {"lib": (), "app": ("lib",), "new": ("app",)})
    farm.run_id = farm.ledger.begin_run("demo", "", "build")
    farm.ledger.append(farm.run_id, ControlRequested(action=action, nodes=(node("lib"), node("app"))))

    outcomes = farm.run(settled=settled(farm, "lib", "app"))

    assert set(states(outcomes).values()) == {NodeState.REPRODUCIBLE}
    assert {name: outcomes[name].build_id for name in first} == {name: it.build_id for name, it in first.items()}
    assert {name for name, _ in farm.executor.built} == {"new"}


def test_a_settled_node_joins_where_it_comes_to_need_what_is_built() -> None:
    facts = dict([spec("lib"), spec("app", "virtual(x)", "lib"), spec("user", "app"), spec("new")])
    known = KnownGraph(facts=facts, seed_provides=lambda _need, _arch: "seed", requires={})
    _ = known.graph
    posted: list[Answer] = []
    made = MadePackages(
        known=known,
        wanted=list(facts),
        post=posted.append,
        settled={node(name): (built_rpm(f"{name}-1-1.x86_64"),) for name in ("lib", "app", "user")},
    )

    made.take_in({node("new"): ((built_rpm("new-1-1.x86_64"),), [binary("new", provides=["virtual(x)"])])})

    assert posted == [
        messages.NeedsChanged(
            node=None,
            needs={
                node("new"): frozenset(),
                node("app"): frozenset({node("lib"), node("new")}),
                node("user"): frozenset({node("app")}),
            },
        )
    ]
    assert set(made.behind(node("user"))) == {node("app"), node("lib"), node("new")}


def test_what_a_full_build_asks_for_in_a_later_round_brings_no_other_node_into_it() -> None:
    known = KnownGraph(
        facts=dict([spec("a", "b"), spec("b", "a"), spec("c")]),
        seed_provides=lambda _need, _arch: "",
        requires={},
        declared={node("a"): Declared(bcond="tiny", known=Known(spec=spec("a")[1]))},
    )
    assert known.bootstraps == {node("a")}
    known.begin_later_round()
    made = MadePackages(known=known, wanted=[node("a"), node("b")], post=lambda _answer: None)

    assert made.require(node("a"), ["b", "c"]) == messages.NeedsChanged(node=node("a"), needs={})
