from pathlib import Path

from builders.project_git import HEAD
from builders.projects import write_files

from farm.inputs.layers import Layers
from farm.project.loader import load_project
from farm.project.origin import Origin

TEXT = (
    HEAD
    + """\
[components.x]
build = { without = ["a", "b"] }
[default-component-config.build.check]
skip = true
skip_reason = "slow"
"""
)


def test_a_place_is_that_of_the_table_with_the_last_word(tmp_path: Path) -> None:
    project = load_project(write_files(tmp_path, {"azldev.toml": TEXT}))
    layers = Layers(project)
    component = project.components["x"]
    lines = TEXT.splitlines()
    path = project.root / "azldev.toml"

    def place(*keys: str, element: str = "") -> str:
        return layers.place(layers.said_at(component, keys, element))

    assert place("build", "check", "skip") == f"{path}:{lines.index('skip = true') + 1}"
    assert place("build", "without", element="b") == f"{path}:{lines.index('[components.x]') + 2}"
    assert place("spec", "type") == f"{path}:{lines.index('type = ' + chr(34) + 'upstream' + chr(34)) + 1}"
    assert place("release", "calculation") == f"{path}:{lines.index('[components.x]') + 1}"


def test_a_place_is_the_same_as_that_of_an_error(tmp_path: Path) -> None:
    project = load_project(write_files(tmp_path, {"azldev.toml": TEXT}))
    layers = Layers(project)
    path = project.root / "azldev.toml"
    for keys in ((), ("components", "x"), ("components", "x", "build", "without", 1), ("components", "y", "z")):
        if keys:
            assert layers.place(Origin(file=path, keys=keys)) == str(Origin(file=path, keys=keys))
    assert layers.place(Origin(file=tmp_path / "gone", keys=("x",))) == str(tmp_path / "gone")
