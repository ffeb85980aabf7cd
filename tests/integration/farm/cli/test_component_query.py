"""What `farm component query --reader` says of specs, from dist-git and from those a project keeps rendered."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.dist_git import Upstream
from builders.projects import write_files
from builders.spec_readers import spec_text

from farm.cli.main import run
from farm.sandbox.mount_namespace import isolate_mounts

pytestmark = pytest.mark.integration

Farm = Callable[..., int]

DEMO = spec_text("BuildRequires: zlib-devel >= 1\n%ifarch aarch64\nBuildRequires: arm\n%endif\n").replace(
    "x\n", "demo\n", 1
)

COMPONENTS = """
[components.demo]
overlays = [{ type = "spec-add-tag", tag = "BuildRequires", value = "added", description = "needed" }]
[components.broken]
"""


@pytest.fixture
def farm(own_directories: Path, monkeypatch: pytest.MonkeyPatch) -> Farm:
    """Run the command line on a project of two components, one of which rpm cannot read."""
    own_directories.chmod(0o755)
    upstream = Upstream(own_directories / "upstream")
    upstream.commit("demo", {"demo.spec": DEMO})
    upstream.commit("broken", {"broken.spec": "Name: broken\n%if 1\n"})
    write_files(own_directories / "project", {"azldev.toml": upstream.project_table + COMPONENTS})
    monkeypatch.chdir(own_directories / "project")
    return lambda *arguments: run(["-O", "json", "component", "query", *arguments])


@pytest.mark.parametrize("reader", ["fast", "rpm"])
def test_what_the_spec_says_after_overlays(farm: Farm, capsys: pytest.CaptureFixture[str], reader: str) -> None:
    if reader == "rpm":
        if shutil.which("rpmspec") is None or os.geteuid():
            pytest.skip("no rpmspec on this machine, or no root to make sandboxes with their limits")
        isolate_mounts()
    assert farm("-p", "demo", "--reader", reader, "--arch", "x86_64", "--arch", "aarch64") == 0
    intel, arm = json.loads(capsys.readouterr().out)
    assert (intel["name"], intel["reader"], intel["nevra"]) == ("demo", reader, "demo-1-1.src")
    assert intel["build_requires"] == ["added", "zlib-devel >= 1"]
    assert arm["build_requires"] == ["added", "arm", "zlib-devel >= 1"]
    assert arm["packages"] == [
        {
            "arch": "aarch64",
            "name": "demo",
            "provides": ["demo = 1-1", "demo(aarch-64) = 1-1"],
            "requires": [],
        }
    ]
    assert intel["configuration"]["name"] == "demo"


def test_a_spec_that_cannot_be_read_is_a_row_and_an_exit_status(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("-a", "--reader", "fast", "--arch", "x86_64") == 3
    said = capsys.readouterr()
    assert [(row["name"], row["error"]) for row in json.loads(said.out)] == [("broken", "unclosed %if"), ("demo", "")]
    assert "broken (x86_64): unclosed %if" in said.err


def test_a_spec_that_is_kept_rendered_needs_no_dist_git(
    farm: Farm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "project" / "azldev.toml"
    table.write_text(table.read_text().replace("[project]", '[project]\nrendered-specs-dir = "specs"', 1))
    kept = {"specs/d/demo/demo.spec": DEMO, "specs/p/perl/macros.perl": "%zlib 1\n", "specs/p/perl/perl.spec": ""}
    write_files(tmp_path / "project", kept)
    shutil.rmtree(tmp_path / "upstream")
    assert farm("-p", "demo", "--reader", "fast", "--arch", "x86_64") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["build_requires"] == ["zlib-devel >= 1"]


def test_an_architecture_that_is_none_is_refused(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("-p", "demo", "--reader", "fast", "--arch", "vax") == 2
    assert "unknown architecture" in capsys.readouterr().err
