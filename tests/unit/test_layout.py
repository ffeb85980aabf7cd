"""Tests mirror modules: `farm/store/probe.py` is tested by `tests/unit/farm/store/test_probe.py`.

That is a convention: modules without a mirror are printed (`pytest -rP`). What fails is a module that nothing tests:
no test names it, nor does a tested neighbour in its directory import it.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PACKAGES = {
    "farm": ROOT / "farm",
    "scheduler": ROOT / "scheduler",
    "workers": ROOT / "workers",
    "repo_publish": ROOT / "repo-publish" / "repo_publish",
}

KINDS = ("unit", "integration", "hostile", "e2e", "chaos")

DOTTED = re.compile(r"[a-z_]+(?:\.[a-z_0-9]+)+")

RUN_BY_OTHER_MEANS = {
    "farm.cli.component_changed": "tests/integration/farm/cli/test_component_history.py",
    "farm.cli.component_inputs": "tests/integration/farm/cli/test_component_history.py",
    "farm.cli.component_update": "tests/integration/farm/cli/test_component_history.py",
    "farm.cli.project_deviations": "tests/integration/farm/cli/test_component_history.py",
    "farm.cli.component_diff": "tests/integration/farm/cli/test_component.py",
    "farm.cli.component_list": "tests/integration/farm/cli/test_component.py",
    "farm.cli.component_render": "tests/integration/farm/cli/test_component.py",
    "farm.cli.component_view": "tests/integration/farm/cli/test_component.py",
    "farm.cli.project": "tests/integration/farm/cli/test_farm_command.py",
    "farm.cli.project_check": "tests/integration/farm/cli/test_component.py",
    "farm.cli.project_schema": "tests/integration/farm/cli/test_component.py",
    "farm.cli.selection": "tests/integration/farm/cli/test_component.py",
    "farm.ledger.migrations.env": "tests/integration/farm/ledger/test_ledger_file.py",
    "farm.ledger.migrations.versions.r0001_first": "tests/integration/farm/ledger/test_migrations.py",
    "farm.ledger.migrations.versions.r0002_checkpoints": "tests/integration/farm/ledger/test_migrations.py",
    "farm.ledger.migrations.versions.r0003_settled_runs": "tests/integration/farm/ledger/test_migrations.py",
    "farm.rpm.reader_main": "tests/integration/farm/rpm/test_reader.py",
    "scheduler.assembly": "tests/e2e/test_main_job.py",
    "scheduler.cli.build_choice": "tests/e2e/test_main_job.py",
    "scheduler.cli.options": "tests/e2e/test_main_job.py",
    "scheduler.cli.verify": "tests/e2e/test_main_job.py",
    "scheduler.cli.watch": "tests/e2e/test_failures.py",
    "scheduler.cli.worker": "tests/integration/farm/cli/test_farm_command.py",
    "scheduler.cli.worker_start": "tests/integration/scheduler/test_node_service.py",
    "scheduler.seed_repositories": "tests/e2e/test_main_job.py",
    "scheduler.stage_run": "tests/e2e/test_rounds.py",
    "workers.capacity": "tests/integration/farm/cli/test_farm_command.py",
    "workers.seed.converter.convert": "tests/integration/workers/seed/test_seed.py",
    "workers.seed.converter.local_build": "tests/integration/workers/seed/test_seed.py",
    "workers.seed.converter.rpm_build": "tests/integration/workers/seed/test_seed.py",
}
"""Modules that run behind the command line, Ray, a sandbox or alembic, and the tests that see to them."""


def all_modules() -> dict[str, Path]:
    """Return all modules but `__init__` and `__main__`, by dotted name."""
    return {
        ".".join([package, *path.relative_to(top).with_suffix("").parts]): path
        for package, top in PACKAGES.items()
        for path in sorted(top.rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py")
    }


def is_mirrored(name: str) -> bool:
    *parents, stem = name.split(".")
    return any((ROOT / "tests" / kind).joinpath(*parents, f"test_{stem}.py").is_file() for kind in KINDS)


def imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports; also what may be only a name inside a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.fixture(scope="module")
def modules() -> dict[str, Path]:
    return all_modules()


def named_by_tests() -> set[str]:
    """Return what tests import, and dotted names in their texts, as of what they patch."""
    found: set[str] = set()
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path != Path(__file__):
            found |= imports(path) | set(DOTTED.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_module_is_tested(modules: dict[str, Path]) -> None:
    named = named_by_tests()
    queue = [name for name in modules if is_mirrored(name) or name in named]
    reached = set(queue)
    while queue:
        tested = modules[queue.pop()]
        neighbours = {name for name in imports(tested) if name in modules and modules[name].parent == tested.parent}
        queue += sorted(neighbours - reached)
        reached |= neighbours
    assert sorted(set(modules) - reached - set(RUN_BY_OTHER_MEANS)) == []


def test_what_is_run_by_other_means_is_still_there(modules: dict[str, Path]) -> None:
    assert sorted(set(RUN_BY_OTHER_MEANS) - set(modules)) == []
    assert [name for name in RUN_BY_OTHER_MEANS if is_mirrored(name)] == []
    assert [test for test in RUN_BY_OTHER_MEANS.values() if not (ROOT / test).is_file()] == []


def test_modules_without_a_mirror_are_told(modules: dict[str, Path]) -> None:
    left = [name for name in modules if not is_mirrored(name)]
    print(f"{len(left)} of {len(modules)} modules have no test file of their own:", *left, sep="\n  ")  # noqa: T201 - the warning
    assert len(left) < len(modules)
