import sys
from types import ModuleType
from typing import cast

import pytest
from builders.projects import make_component, make_declared_source

from farm.cli.context import FarmContext
from farm.cli.script_roots import script_roots
from farm.project.model import Project

FARM = cast("FarmContext", None)
PROJECT = cast("Project", None)
SCRIPTED = make_component(sources=(make_declared_source(script="make.sh"),))


def test_only_components_with_scripts_ask_for_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, object]] = []
    scheduler = ModuleType("scheduler.script_roots")
    monkeypatch.setattr(
        scheduler, "seed_script_roots", lambda farm, project: asked.append((farm, project)), raising=False
    )
    monkeypatch.setitem(sys.modules, "scheduler.script_roots", scheduler)

    assert script_roots(FARM, PROJECT, [make_component()]) is None
    assert asked == []
    script_roots(FARM, PROJECT, [make_component(), SCRIPTED])
    assert asked == [(FARM, PROJECT)]
