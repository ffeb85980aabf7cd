"""`component changed` between commits of Azure Linux 4.0, checked against what `git diff` shows by hand."""

from pathlib import Path

import pytest

from farm import process
from farm.changes.compare_projects import ChangeKind, ComponentChange, compare_projects
from farm.changes.past_project import past_project
from farm.history.repository import ProjectRepository
from farm.sources.git_command import GitCommand

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def repository(real_tree_git: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectRepository:
    git = GitCommand(tmp_path_factory.mktemp("cache"), protocols=())
    git.prepare()
    return ProjectRepository(git=git, git_directory=real_tree_git, top=Path("/nonexistent"), prefix="")


def changes(repository: ProjectRepository, start: str, end: str) -> dict[str, ComponentChange]:
    with past_project(repository, start) as old, past_project(repository, end) as new:
        return {one.component: one for one in compare_projects(repository, old, new)}


def by_kind(found: dict[str, ComponentChange], kind: ChangeKind) -> list[str]:
    return [name for name, one in found.items() if one.change is kind]


def test_twenty_commits_explain_themselves(repository: ProjectRepository) -> None:
    found = changes(repository, "afd2c0a1~20", "afd2c0a1")
    assert by_kind(found, ChangeKind.ADDED) == ["cpprest", "docker-buildx", "websocketpp"]
    assert by_kind(found, ChangeKind.REMOVED) == ["chromium"]
    assert by_kind(found, ChangeKind.CHANGED) == [
        "anaconda",
        "elfutils",
        "gdb",
        "mock-core-configs",
        "rubygem-railties",
        "rubygem-rspec-support",
        "samba",
        "sbd",
        "softhsm",
        "xhtml1-dtds",
    ]
    samba = found["samba"].inputs[0]
    assert (samba.input, samba.old, samba.new) == ("release.calculation", "auto", "manual")
    assert samba.new_at == "base/comps/samba/samba.comp.toml:3"
    assert [one.input for one in found["anaconda"].inputs] == ["overlays[1]", "overlays[2]"]
    assert found["anaconda"].inputs[1].new_at == "base/comps/anaconda/anaconda.comp.toml:18"
    assert len(found["mock-core-configs"].inputs) == 9


def test_every_changed_file_of_a_component_is_explained(repository: ProjectRepository, real_tree_git: Path) -> None:
    """Each component whose own file `git diff` shows is among those that changed, and the other way round."""
    found = changes(repository, "4fea1fb7cf", "afd2c0a1")
    listed = process.check(
        ["git", "--git-dir", str(real_tree_git), "diff", "--name-only", "4fea1fb7cf", "afd2c0a1", "--", "base/comps"]
    )
    files = listed.decode().split()
    directories = {file.split("/")[2] for file in files if file.endswith(".comp.toml")}
    assert directories == set(by_kind(found, ChangeKind.CHANGED))


def test_a_mock_configuration_changes_everything(repository: ProjectRepository) -> None:
    found = changes(repository, "5a85a17836~1", "5a85a17836")
    assert len(by_kind(found, ChangeKind.CHANGED)) == len(found)
    assert found["bash"].inputs[0].new_at == "distro/mock/azl4/stage2/azurelinux-4.0.tpl"
