from pathlib import Path

import pytest
from builders.projects import write_files

from farm.inputs.component_inputs import ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.layers import Layers
from farm.inputs.named_input import NamedInput, SourceInputs
from farm.project.loader import load_project
from farm.project.model import Component

PROJECT = """
[distros.up]
dist-git-base-uri = "https://example.org/$pkg.git"
[distros.up.versions.9]
dist-git-branch = "f9"
[default-component-config]
spec = { type = "upstream", upstream-distro = { name = "up", version = "9" } }
[component-groups.careful]
components = ["a"]
default-component-config.build.defines.vendor = "us"
"""

COMPONENT = """
[[components.a.overlays]]
type = "spec-set-tag"
tag = "Vendor"
value = "us"
description = "words for people"
[components.own.spec]
type = "local"
path = "specs/own.spec"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    text = 'includes = ["more.toml"]\n' + PROJECT
    write_files(tmp_path, {"azldev.toml": text, "more.toml": COMPONENT, "specs/own.spec": "Name: own\n"})
    return tmp_path


def named(root: Path, component: str) -> dict[tuple[str, ...], NamedInput]:
    project = load_project(root)
    inputs = ProjectInputs(project, Layers(project), WorkTreeContents(project.roots))
    found = SourceInputs(project, inputs, upstream=lambda one: f"commit of {one.name}").of(project.component(component))
    assert list(found) == sorted(found, key=lambda one: one.name)
    return {one.name: one for one in found}


def test_what_reaches_the_source_rpm_is_named_with_the_file_that_says_it(root: Path) -> None:
    found = named(root, "a")
    assert found["overlays", "000", "value"] == NamedInput(
        name=("overlays", "000", "value"), value="us", file="more.toml"
    )
    assert found["build", "defines", "vendor"].file == "azldev.toml"
    assert found["source", "upstream"].value == "commit of a"
    assert "words for people" not in {one.value for one in found.values()}


def test_a_local_spec_is_named_by_its_content(root: Path) -> None:
    before = named(root, "own")["source", "own.spec"]
    write_files(root, {"specs/own.spec": "Name: own\nVersion: 2\n"})
    after = named(root, "own")["source", "own.spec"]
    assert before.file == after.file == "specs/own.spec"
    assert before.value != after.value
    assert ("source", "upstream") not in named(root, "own")


def test_nothing_that_buildroots_alone_see_is_named(root: Path) -> None:
    write_files(root, {"farm.toml": '[buildroot]\nbase = ["bash"]\n'})
    assert {name[0] for name in named(root, "a")} <= {"build", "overlays", "release", "source", "spec"}


def test_without_upstream_its_commit_is_left_out(root: Path) -> None:
    project = load_project(root)
    inputs = ProjectInputs(project, Layers(project), WorkTreeContents(project.roots))
    component: Component = project.component("a")
    assert ("source", "upstream") not in {one.name for one in SourceInputs(project, inputs).of(component)}
