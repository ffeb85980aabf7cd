"""Tests of `scheduler.cli.plan`: what it shows of a plan."""

import json

import pytest
from builders.cli import farm_context
from builders.node_inputs import node_inputs
from builders.spec_facts import Seed, build_graph, node, spec

from farm.cli.context import OutputFormat
from farm.cli.output import emit_rows, emit_value
from scheduler.cli.plan import COLUMNS
from scheduler.durations import Durations
from scheduler.forecast import foretell
from scheduler.plan import make_plan
from scheduler.plan_report import report_plan
from scheduler.reasons import Quarantined

WORDS = "in quarantine: its worker died; farm run release -p app lets it be tried again"


def test_a_build_in_quarantine_says_so_in_the_table_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    graph = build_graph(dict([spec("app")]), seed_provides=Seed())
    poison = {node("app"): Quarantined(why=WORDS)}
    plan = make_plan(graph, current={node("app"): node_inputs("app")}, last={}, quarantined=poison)
    report = report_plan(plan, graph, Durations(), foretell(plan, Durations(), {}, 0.5))

    emit_rows(farm_context(), report.nodes, COLUMNS)
    (row,) = (line for line in capsys.readouterr().out.splitlines() if "app" in line)
    assert "blocked" in row
    assert WORDS in row

    emit_value(farm_context(output_format=OutputFormat.JSON), report)
    (told,) = json.loads(capsys.readouterr().out)["nodes"]
    assert (told["action"], told["reasons"]) == (
        "blocked",
        [{"reason": {"type": "quarantined", "why": WORDS}, "text": WORDS}],
    )
