"""Tests of `scheduler.spec_graph`: plans from specs alone, through the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import write_files

from farm.arch import host_arch
from farm.cli.main import run
from farm.process import check
from farm.source_package import SpecFacts
from scheduler.spec_graph import assumed_seed
from scheduler.stand_in import stand_in

pytestmark = pytest.mark.integration

Farm = Callable[..., int]
COMPONENTS = """
[components.library]
[components.program]
[components.unreadable]
[components.broken]
overlays = [{ type = "spec-remove-tag", tag = "Epoch" }]
"""


@pytest.fixture
def farm(own_directories: Path, monkeypatch: pytest.MonkeyPatch) -> Farm:
    """Run the command line on a project without repositories and without any source to be had."""
    upstream = Upstream(own_directories / "upstream")
    program = SPEC.replace("demo", "program").replace("%description", "BuildRequires: library\n%description", 1)
    specs = {
        "library": SPEC.replace("demo", "library"),
        "program": program,
        "unreadable": "%{lua:print('x')}\n",
        "broken": SPEC.replace("demo", "broken"),
    }
    for name, text in specs.items():
        upstream.commit(name, {f"{name}.spec": text})
    write_files(own_directories / "project", {"azldev.toml": upstream.project_table + COMPONENTS})
    monkeypatch.chdir(own_directories / "project")
    return lambda *arguments: run(arguments)


def test_a_plan_from_specs_needs_neither_sources_nor_repositories(
    farm: Farm, capsys: pytest.CaptureFixture[str]
) -> None:
    assert farm("plan", "-a", "--specs", "-O", "json") == 0
    out, err = capsys.readouterr()
    nodes = {node["component"]: node for node in json.loads(out)["nodes"]}
    assert nodes["library"]["wave"] < nodes["program"]["wave"]
    assert [need["component"] for need in nodes["program"]["needs"]] == ["library"]
    assert "farm.toml names no repository" in err
    assert "broken, unreadable" in err, "what cannot be read is named, and the rest is planned"


def test_a_plan_from_specs_knows_what_begins_a_cycle(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["%bcond_with tiny", "%if %{without tiny}", "BuildRequires: program", "%endif"]
    tables = f"[[components.library.overlays]]\ntype = 'spec-prepend-lines'\nlines = {lines}\n"
    toml = Path("azldev.toml")
    toml.write_text(toml.read_text(encoding="utf-8") + tables, encoding="utf-8")
    Path("farm.toml").write_text("[bootstrap]\nlibrary = 'tiny'\n", encoding="utf-8")

    assert farm("plan", "-a", "--specs", "-O", "json") == 0

    found = json.loads(capsys.readouterr().out)
    assert found["cut"] == []
    assert [(it["component"], it["bcond"], it["without"]) for it in found["bootstraps"]] == [
        ("library", "tiny", ["program"])
    ]
    Path("farm.toml").write_text("[bootstrap]\nlibrary = 'minimal'\n", encoding="utf-8")
    assert farm("plan", "-a", "--specs") == 3
    assert "error[PRJ025]: library.spec has no bcond 'minimal'" in capsys.readouterr().err


def test_a_preview_from_specs_says_what_a_commit_causes(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    commit_all(git, "first")
    toml = Path("azldev.toml")
    text = toml.read_text(encoding="utf-8")
    build = '[components.library]\nbuild = { with = ["tests"] }\n'
    toml.write_text(text.replace("[components.library]\n", build), encoding="utf-8")
    commit_all(git, "second")
    assert farm("plan", "-a", "--specs", "--from", "HEAD~1", "-O", "json") == 0
    nodes = {node["component"]: node for node in json.loads(capsys.readouterr().out)["nodes"]}
    assert {name: node["action"] for name, node in nodes.items()} == {"library": "build", "program": "maybe"}
    assert "build.with" in json.dumps(nodes["library"]["reasons"])

    assert farm("plan", "-a", "--specs", "--from", "HEAD", "-O", "json") == 0
    assert json.loads(capsys.readouterr().out)["nodes"] == []
    toml.write_text(toml.read_text(encoding="utf-8").replace('["tests"]', '["docs"]'), encoding="utf-8")
    assert farm("plan", "-a", "--specs", "--from", "HEAD", "-O", "json") == 0
    (first, second) = json.loads(capsys.readouterr().out)["nodes"]
    assert [it["component"] for it in (first, second)] == ["library", "program"], "a work tree against a commit"
    assert check(["git", "stash", "list"]) == b""
    assert farm("plan", "-a", "--specs", "--from", "HEAD~1", "--to", "HEAD", "-O", "json") == 0
    assert "docs" not in capsys.readouterr().out


def commit_all(git: tuple[str, ...], message: str) -> None:
    if not Path(".git").is_dir():
        check(["git", "init", "-q"])
    check([*git, "add", "-A"])
    check([*git, "commit", "-qm", message])


def test_an_assumed_seed_has_what_the_project_makes_and_everything_else() -> None:
    facts: list[SpecFacts] = [stand_in("zlib", host_arch())]
    provides = assumed_seed(facts)
    assert provides("zlib-devel >= 1.2", host_arch()) == "zlib-devel"
    assert provides("glibc", host_arch()) == "assumed"
