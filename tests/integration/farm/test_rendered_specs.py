from dataclasses import replace
from pathlib import Path

import pytest
from builders.dist_git import SPEC
from builders.projects import make_declared_source, write_files
from builders.render_world import RenderWorld

from farm.errors import ProjectError
from farm.project.errors import OutsideProjectError
from farm.project.loader import load_project
from farm.project.model import Project
from farm.rendered_specs import NoRenderedSpecsError, RenderedSpecs, rendered_directory
from farm.sources.errors import LocalSourceError, SourceScriptError
from farm.sources.local_source import LOCAL_EPOCH

pytestmark = pytest.mark.integration


class World(RenderWorld):
    """A project that keeps its rendered specs, whose dist-git is gone."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.line = self.upstream.upload("demo", "demo-1.0.tar.gz", b"tarball")

    def project(self, setting: str = 'rendered-specs-dir = "specs"', **files: str) -> Project:
        table = self.upstream.project_table.replace("[project]", f"[project]\n{setting}", 1)
        write_files(self.root / "project", {"azldev.toml": f"{table}\n[components.demo]\n", **files})
        return load_project(self.root / "project")

    def specs(self, project: Project) -> RenderedSpecs:
        return RenderedSpecs(project=project, sources=self.sources(project))


@pytest.fixture
def world(own_directories: Path) -> World:
    return World(own_directories)


def test_a_component_is_taken_as_it_is_kept(world: World) -> None:
    project = world.project(
        **{"specs/d/demo/demo.spec": SPEC, "specs/d/demo/sources": world.line, "specs/d/demo/fix.patch": "fix"}
    )
    source = world.specs(project).render(project.component("demo"))
    assert {file.name: world.store.read(file.digest) for file in source.files} == {
        "demo.spec": SPEC.encode(),
        "demo-1.0.tar.gz": b"tarball",
        "fix.patch": b"fix",
        "sources": world.line.encode(),
    }
    assert source.epoch == LOCAL_EPOCH
    assert not world.upstream.dist_git.exists()


def test_the_layout_is_that_of_azldev() -> None:
    assert rendered_directory(Path("specs"), "PyYAML") == Path("specs/p/PyYAML")
    assert rendered_directory(Path("specs"), "389-ds-base") == Path("specs/3/389-ds-base")


def test_a_project_that_keeps_none_says_so(world: World) -> None:
    with pytest.raises(NoRenderedSpecsError, match="keeps no rendered specs"):
        world.specs(world.project(setting=""))


def test_a_component_that_is_not_kept_says_so(world: World) -> None:
    project = world.project(**{"specs/d/demo/other.spec": SPEC})
    with pytest.raises(NoRenderedSpecsError) as caught:
        world.specs(project).render(project.component("demo"))
    assert caught.value.code == "PRJ030"
    assert "specs/d/demo/demo.spec is not there" in (caught.value.why or "")


@pytest.mark.parametrize(("name", "error"), [("demo.spec", OutsideProjectError), ("extra", LocalSourceError)])
def test_links_are_not_followed_out(world: World, name: str, error: type[ProjectError]) -> None:
    secret = world.root / "secret"
    secret.write_text(SPEC)
    project = world.project(**{"specs/d/demo/demo.spec": SPEC})
    link = world.root / "project" / "specs" / "d" / "demo" / name
    link.unlink(missing_ok=True)
    link.symlink_to(secret)
    with pytest.raises(error):
        world.specs(project).render(project.component("demo"))


def test_a_script_that_is_newer_than_what_is_kept_is_told(world: World) -> None:
    project = world.project(**{"specs/d/demo/demo.spec": SPEC, "specs/d/demo/sources": world.line})
    component = replace(project.component("demo"), sources=(make_declared_source(),))
    with pytest.raises(SourceScriptError, match="is not in `sources`") as caught:
        world.specs(project).render(component)
    assert "farm component render -p demo" in caught.value.hint
