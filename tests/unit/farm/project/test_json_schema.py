import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from farm.project.descriptions import DESCRIPTIONS
from farm.project.json_schema import config_schema, overlay_file_schema
from farm.project.loader import load_project

ROOT = Path(__file__).parents[4]


def faults(schema: dict[str, object], text: str) -> list[str]:
    return [error.message for error in Draft202012Validator(schema).iter_errors(tomllib.loads(text))]


@pytest.fixture(autouse=True)
def no_user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


@pytest.mark.parametrize("schema", [config_schema(), overlay_file_schema()])
def test_it_is_a_schema_and_describes_every_key(schema: dict[str, object]) -> None:
    Draft202012Validator.check_schema(schema)
    tables = schema["$defs"]
    assert isinstance(tables, dict)
    for table in tables.values():
        assert table["description"]
        assert table["additionalProperties"] is False
        assert all(field["description"] for field in table["properties"].values())


def test_no_description_is_of_a_key_that_is_gone() -> None:
    known: dict[str, set[str]] = {}
    for schema in (config_schema(), overlay_file_schema()):
        tables = schema["$defs"]
        assert isinstance(tables, dict)
        known.update({name: set(table["properties"]) for name, table in tables.items()})
    assert {name: set(keys) for name, keys in DESCRIPTIONS.items()} == known


@pytest.mark.parametrize(
    "text",
    [
        "nonsense = 1\n",
        "[components.a]\nspec = { type = 'sideways' }\n",
        "[components.a.build]\nwith = 'x'\n",
        "[[components.a.overlays]]\ntype = 'rm-rf'\n",
        "[[components.a.source-files]]\nfilename = 'x'\nhash-type = 'MD5'\n",
    ],
)
def test_what_is_wrong_does_not_fit(text: str) -> None:
    assert faults(config_schema(), text)


def test_the_demo_fits() -> None:
    assert faults_in(ROOT / "infra" / "demo") == []


def test_the_real_tree_fits(real_tree: Path) -> None:
    assert faults_in(real_tree) == []


def faults_in(root: Path) -> list[str]:
    """Return what does not fit in the files that a project is read from, and in its overlay files."""
    config, overlay_file = config_schema(), overlay_file_schema()
    schemas = dict.fromkeys(load_project(root).files, config)
    schemas |= dict.fromkeys(sorted(root.rglob("*.overlay.toml")), overlay_file)
    return [f"{path}: {fault}" for path, schema in schemas.items() for fault in faults(schema, path.read_text())]
