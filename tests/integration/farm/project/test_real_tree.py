"""The whole of Azure Linux 4.0 as azldev resolves it (`azl4_resolved.jsonl.gz`)."""

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from builders.azldev_json import pruned
from builders.vectors import DIRECTORY, require_vectors

from farm.cli.main import run
from farm.project.loader import load_project
from farm.project.model import Project

pytestmark = pytest.mark.integration

VECTORS = "azl4_resolved.jsonl.gz"
Farm = Callable[..., int]


class Resolved(msgspec.Struct, kw_only=True):
    name: str
    resolved: dict[str, object]
    overlay_file_hashes: dict[str, str]


@pytest.fixture(scope="module")
def expected() -> dict[str, Resolved]:
    require_vectors(VECTORS)
    with gzip.open(DIRECTORY / VECTORS) as lines:
        found = [msgspec.json.decode(line, type=Resolved) for line in lines]
    return {each.name: each for each in found}


@pytest.fixture
def farm(real_tree: Path, own_directories: Path) -> Farm:
    del own_directories  # that the commands find them is all
    return lambda *arguments: run(["-C", str(real_tree), *arguments])


@pytest.fixture(scope="module")
def project(real_tree: Path) -> Project:
    return load_project(real_tree)


def test_every_component_resolves_as_in_azldev(
    farm: Farm, expected: dict[str, Resolved], capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice: as it is read, and as the cache has it."""
    for _ in range(2):
        assert farm("component", "list", "-a", "-O", "json") == 0
        rows = {row["name"]: row["config"] for row in json.loads(capsys.readouterr().out)}
        assert sorted(rows) == sorted(expected)
        wrong = [name for name, config in rows.items() if pruned(config) != pruned(expected[name].resolved)]
        assert wrong == []


def test_the_files_that_overlays_copy_are_the_ones_of_azldev(project: Project, expected: dict[str, Resolved]) -> None:
    found = {
        name: {
            str(position): f"{overlay.target_name}:{hashlib.sha256(overlay.source.read_bytes()).hexdigest()}"
            for position, overlay in enumerate(component.overlays)
            if overlay.source is not None
        }
        for name, component in project.components.items()
    }
    assert found == {name: each.overlay_file_hashes for name, each in expected.items()}


def test_the_check_finds_nothing(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("project", "check", "-O", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert (report["files"], report["components"], report["overlays"]) == (213, 7583, 233)


def test_another_version_may_be_chosen_by_a_further_file(real_tree: Path, tmp_path: Path) -> None:
    chosen = tmp_path / "stage1.toml"
    chosen.write_text("[distros.azurelinux]\ndefault-version = '4.0-stage1'\n")
    assert load_project(real_tree, config_files=[chosen]).version == "4.0-stage1"
