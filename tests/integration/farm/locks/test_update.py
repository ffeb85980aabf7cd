"""Lock files of a project with a real dist-git, and releases that are counted from them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.project_git import GitProject

from farm.history.repository import ProjectRepository
from farm.inputs.component_inputs import ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.fingerprint import PREFIX
from farm.inputs.layers import Layers
from farm.locks.errors import LockMissingError
from farm.locks.lock_directory import LockDirectory
from farm.locks.lock_file import Lock
from farm.locks.resolution_hash import hash_fields
from farm.locks.update import LockChange, LockUpdate, LockUpdater
from farm.overlay.files import Files
from farm.paths import CachePaths
from farm.project.loader import load_project
from farm.render_steps import RenderSteps
from farm.sources.dist_git import DistGit

pytestmark = pytest.mark.integration

CHANGELOG = "\n%changelog\n* Mon Jan 01 2024 Old <old@example.org> - 1.0-1\n- Old\n"


@dataclass
class World:
    """A project in git over one upstream package."""

    root: Path

    @property
    def upstream(self) -> Upstream:
        return Upstream(self.root / "upstream")

    @property
    def project(self) -> GitProject:
        return GitProject(self.root / "tree")

    @property
    def locks(self) -> LockDirectory:
        return LockDirectory(self.project.root / "locks")

    def write(self, components: str = "[components.demo]\n", more: str = "") -> None:
        self.project.root.mkdir(exist_ok=True)
        (self.project.root / "azldev.toml").write_text(self.upstream.project_table + more + components)

    def update(self, *, anew: bool = False, bump: bool = False) -> LockUpdate:
        project = load_project(self.project.root)
        layers = Layers(project)
        updater = LockUpdater(
            project=project,
            layers=layers,
            inputs=ProjectInputs(project, layers, WorkTreeContents(project.roots)),
            locks=self.locks,
            dist_git=DistGit(self.root / "cache"),
        )
        component = project.components["demo"]
        found = updater.bump(component) if bump else updater.update(component, anew=anew)
        self.locks.write("demo", found.after)
        return found

    def spec(self) -> str:
        return self.rendered()["demo.spec"].decode()

    def rendered(self) -> Files:
        project = load_project(self.project.root)
        steps = RenderSteps(project=project, cache=CachePaths(root=self.root / "cache"))
        return steps.render(steps.identify(project.components["demo"])).files


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.upstream.commit("demo", {"demo.spec": SPEC + CHANGELOG, "sources": ""})
    world.write()
    return world


def head(world: World) -> str:
    return world.upstream.commit("demo", {"notes": "x"}, time=1_710_000_000)


def test_a_first_lock_says_where_it_began(world: World) -> None:
    commit = head(world)
    found = world.update()
    assert found.change is LockChange.NEW
    assert (found.after.import_commit, found.after.upstream_commit) == (commit, commit)
    assert found.after.fingerprint.startswith(PREFIX)
    assert world.update().change is LockChange.CURRENT


def test_a_branch_that_moves_changes_nothing_until_it_is_asked_anew(world: World) -> None:
    first = head(world)
    world.update()
    second = world.upstream.commit("demo", {"notes": "later"}, time=1_720_000_000)
    assert world.update().change is LockChange.CURRENT
    found = world.update(anew=True)
    assert (found.change, found.after.upstream_commit) == (LockChange.CHANGED, second)
    assert found.after.import_commit == first


def test_a_pin_is_looked_up_again(world: World) -> None:
    first = head(world)
    world.upstream.commit("demo", {"notes": "later"}, time=1_720_000_000)
    world.update()
    world.write(f'[components.demo]\nspec = {{ type = "upstream", upstream-commit = "{first[:9]}" }}\n')
    assert world.update().after.upstream_commit == first


def test_an_overlay_changes_the_fingerprint_and_its_description_does_not(world: World) -> None:
    head(world)
    before = world.update().after
    overlay = '[components.demo]\n[[components.demo.overlays]]\ntype = "spec-set-tag"\ntag = "Vendor"\nvalue = "us"\n'
    world.write(overlay)
    changed = world.update()
    assert changed.change is LockChange.CHANGED
    assert changed.after.upstream_commit == before.upstream_commit
    world.write(overlay + 'description = "why"\n')
    assert world.update().change is LockChange.CURRENT


def test_a_bump_changes_nothing_but_the_counter(world: World) -> None:
    with pytest.raises(LockMissingError):
        world.update(bump=True)
    head(world)
    before = world.update().after
    after = world.update(bump=True).after
    assert (after.manual_bump, after.upstream_commit) == (1, before.upstream_commit)
    assert after.fingerprint != before.fingerprint


def test_the_resolution_hash_is_azldevs() -> None:
    """Its fields, lengths and order are those of azldev's `ComputeResolutionHash`."""
    assert hash_fields(("a", "b"), ("é", "")) == ("sha256:" + hashlib.sha256("1:a=1:b\n1:é=0:\n".encode()).hexdigest())


def test_releases_are_raised_by_each_commit_that_changed_the_fingerprint(world: World) -> None:
    head(world)
    assert "Release: 1%{?dist}\n" in world.spec()
    world.update()
    world.project.commit({}, message="Lock demo")
    assert "Release: 2%{?dist}\n" in world.spec()
    world.project.commit({"README": "x"}, message="Nothing of demo")
    assert "Release: 2%{?dist}\n" in world.spec()
    world.update(bump=True)
    world.project.commit({}, message="Bump demo")
    assert "Release: 3%{?dist}\n" in world.spec()
    world.write('[components.demo]\nbuild = { without = ["docs"] }\n')
    assert "Release: 4%{?dist}\n" in world.spec(), "what is not committed counts, too"
    assert world.spec() == world.spec()
    world.write('[components.demo]\nrelease = { calculation = "manual" }\n')
    assert "Release: 1%{?dist}\n" in world.spec()


def test_autorelease_counts_upstreams_commits_and_the_projects(world: World) -> None:
    spec = SPEC.replace("Release: 1%{?dist}", "Release: %autorelease") + "\n%changelog\n%autochangelog\n"
    world.upstream.commit("demo", {"demo.spec": spec}, time=1_710_000_000)
    assert "%[2 + " in world.spec()
    world.update()
    world.project.commit({}, message="Lock demo\n\nbody", author="Ann", time=1_712_000_000)
    text = world.spec()
    assert "%[3 + " in text
    assert "* Mon Apr 01 2024 Ann <ann@example.org> - 1.0-3\n- Lock demo\n\n* Sat Mar 09 2024 tester" in text
    assert "%autochangelog" not in text


def test_a_change_stands_after_the_upstream_commit_that_it_named(world: World) -> None:
    spec = SPEC.replace("Release: 1%{?dist}", "Release: %autorelease") + "\n%changelog\n%autochangelog\n"
    world.upstream.commit("demo", {"demo.spec": spec}, time=1_710_000_000)
    world.update()
    world.project.commit({}, message="First", time=1_712_000_000)
    world.upstream.commit("demo", {"notes": "upstream goes on"}, time=1_714_000_000)
    world.update(anew=True)
    world.project.commit({}, message="Second", time=1_716_000_000)
    items = [line for line in world.spec().splitlines() if line.startswith("- ")]
    assert items == ["- Second", "- change", "- First", "- change", "- change"]


def test_provenance_is_the_release_that_upstream_counts_without_the_projects_changes(world: World) -> None:
    spec = SPEC.replace("Release: 1%{?dist}", "Release: %autorelease -b 3 -e rc1") + "\n%changelog\n%autochangelog\n"
    world.upstream.commit("demo", {"demo.spec": spec}, time=1_710_000_000)
    component = "[components.demo]\nbuild = { emit-upstream-provenance = true }\n"
    world.write(component)
    text = (world.project.root / "azldev.toml").read_text()
    text = text.replace('name = "up"', 'name = "fedora"').replace("distros.up", "distros.fedora")
    (world.project.root / "azldev.toml").write_text(text)
    world.update()
    world.project.commit({}, message="First", time=1_712_000_000)
    rendered = world.rendered()
    assert "%[3 + " in rendered["demo.spec"].decode()
    macros = rendered["demo.azl.macros"].decode().splitlines()
    assert macros[-2:] == ["%fedora_upstream_release 4.rc1.fc1", "%fedora_upstream_version 1.0"]


def test_a_project_outside_git_counts_nothing(world: World) -> None:
    head(world)
    world.update()
    assert "Release: 1%{?dist}\n" in world.spec()


def test_the_repository_of_a_project_is_that_of_its_directory(world: World) -> None:
    world.project.commit({})
    assert ProjectRepository.of(world.project.root, cache=world.root / "cache").prefix == ""
    assert world.locks.read("demo") in (None, Lock())
