import subprocess
import sys
from pathlib import Path

import msgspec
from builders.spec_facts import Seed, beginning, binary, build_graph, spec

from scheduler.durations import Duration, Durations
from scheduler.forecast import foretell
from scheduler.plan import make_plan
from scheduler.plan_report import PlanReport, report_plan


def report() -> PlanReport:
    mail = [spec(name, packages=[binary(name, provides=["mta"])]) for name in ("exim", "postfix")]
    graph = build_graph(
        dict([spec("app", "mta", "b"), spec("b", "app"), *mail, spec("off", excluded="ExclusiveArch: s390x")]),
        seed_provides=Seed("app", "b"),
    )
    plan = make_plan(graph, current={}, last={})
    durations = Durations(prior=Duration(seconds=5, spread=0.5, samples=2))
    return report_plan(plan, graph, durations, foretell(plan, durations, {"x86_64": 4}, 0.5))


def test_reasons_are_tagged_and_told() -> None:
    told = msgspec.json.decode(msgspec.json.encode(report().nodes[0].reasons))

    assert told == [{"reason": {"type": "never-built"}, "text": "never built"}]


def test_the_choice_among_providers_is_told() -> None:
    (app,) = (row for row in report().nodes if row.component == "app")
    chosen = {need.component: need.by[0] for need in app.needs}

    assert (chosen["exim"].package, chosen["exim"].others) == ("exim", ("postfix/postfix",))


def test_the_critical_path_is_marked_and_what_is_left_out_is_told() -> None:
    found = report()

    assert {f"{row.component}.{row.arch}" for row in found.nodes if row.critical} == set(found.forecast.critical_path)
    assert [(it.component, it.why) for it in found.excluded] == [("off", "ExclusiveArch: s390x")]
    assert len(found.cut) == 1
    assert (found.nodes[0].seconds, found.nodes[0].samples) == (5, 2)


def test_bootstraps_are_told_where_some_are_declared_and_else_not_even_named() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a"), spec("c")], spec("a"), spec("c"), seed=Seed())
    plan = make_plan(graph, current={}, last={})

    told = msgspec.json.decode(
        msgspec.json.encode(report_plan(plan, graph, Durations(), foretell(plan, Durations(), {}, 0.5)))
    )

    assert told["bootstraps"] == [
        {"component": "a", "arch": "x86_64", "bcond": "tiny", "without": ["b"], "idle": ""},
        {"component": "c", "arch": "x86_64", "bcond": "tiny", "without": [], "idle": "it is in no cycle"},
    ]
    reasons = {row["component"]: [it["reason"]["type"] for it in row["reasons"]] for row in told["nodes"]}
    assert reasons == {"a": ["never-built", "bootstrap"], "b": ["never-built", "parent-rebuilt"], "c": ["never-built"]}
    assert "bootstraps" not in msgspec.to_builtins(report())


def test_the_plan_is_the_same_byte_for_byte_whatever_the_hash_seed() -> None:
    """Sets have another order in every process: none may reach a plan."""
    program = (
        "import random\n"
        "from builders.spec_facts import Seed, spec\n"
        "from scheduler.durations import Durations\n"
        "from scheduler.forecast import foretell\n"
        "from builders.spec_facts import build_graph\n"
        "from scheduler.plan import make_plan, to_dot\n"
        "from scheduler.plan_page import plan_page\n"
        "from scheduler.plan_report import report_plan\n"
        "from farm.cli.output import encode_json\n"
        "chance = random.Random(1)\n"
        "names = [f'n{number:03}' for number in range(120)]\n"
        "specs = [spec(name, *chance.sample(names, 3)) for name in names]\n"
        "graph = build_graph(dict(specs), seed_provides=Seed(*names))\n"
        "plan = make_plan(graph, current={}, last={})\n"
        "forecast = foretell(plan, Durations(), {}, 0.5)\n"
        "print(encode_json(report_plan(plan, graph, Durations(), forecast)), to_dot(plan), "
        "plan_page(plan, forecast, 'p'))\n"
    )
    tests = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{tests}:{tests.parent}"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "77")
    }

    assert len(outputs) == 1
    assert b"n119" in outputs.pop()
