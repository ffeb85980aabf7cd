"""A component whose archive is edited inside, from dist-git to the store."""

import hashlib
from pathlib import Path

import pytest
from builders.archives import Member, listing, make_tar, source_tar
from builders.dist_git import SPEC
from builders.projects import write_files
from builders.render_world import RenderWorld

from farm.archive.errors import ArchiveDigestError, BadArchiveError
from farm.errors import FarmError
from farm.overlay.errors import ArchiveScopeError, OverlayError
from farm.project.loader import load_project

pytestmark = pytest.mark.integration

NAME = "demo-1.0.tar.gz"
EDITS = f"""
[[components.demo.overlays]]
type = "spec-set-tag"
tag = "Version"
value = "2"
[[components.demo.overlays]]
type = "file-remove"
archive = "{NAME}"
file = "bin/*.exe"
"""


def promise(digest: str) -> str:
    return f"""
[[components.demo.source-files]]
filename = "{NAME}"
hash = "{digest}"
hash-type = "SHA256"
replace-upstream = true
replace-reason = "no binaries"
origin = {{ type = "overlay" }}
"""


class World(RenderWorld):
    """A component whose archive each test gives."""

    def render(self, text: str, archive: bytes) -> dict[str, bytes]:
        line = self.upstream.upload("demo", NAME, archive)
        self.upstream.commit("demo", {"demo.spec": SPEC, "sources": line})
        write_files(self.root / "project", {"azldev.toml": self.upstream.project_table + text})
        project = load_project(self.root / "project")
        return self.content(self.renderer(project).render(project.component("demo")))


@pytest.fixture
def world(own_directories: Path) -> World:
    return World(own_directories)


def actual_hash(caught: pytest.ExceptionInfo[FarmError]) -> str:
    return caught.value.why.split()[-1]


def test_the_edited_archive_is_the_one_that_is_promised(world: World) -> None:
    with pytest.raises(ArchiveDigestError, match="another after its overlays") as caught:
        world.render(EDITS + promise("0" * 64), source_tar("gz"))
    right = actual_hash(caught)
    files = world.render(EDITS + promise(right), source_tar("gz"))
    assert hashlib.sha256(files[NAME]).hexdigest() == right
    assert files["sources"] == f"SHA256 ({NAME}) = {right}\n".encode()
    assert "p-1/bin/tool.exe" not in listing(files[NAME])
    assert b"Version: 2\n" in files["demo.spec"]
    assert not [path for path in (world.root / "cache" / "scratch").iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    ("text", "archive", "kind"),
    [
        (EDITS, source_tar("gz"), ArchiveScopeError),
        (EDITS.replace("*.exe", "*.dll") + promise("0" * 64), source_tar("gz"), OverlayError),
        (EDITS + promise("0" * 64), make_tar(Member(name="/etc/x")), BadArchiveError),
    ],
    ids=["no promise", "does not apply", "hostile"],
)
def test_what_cannot_be_names_the_component_and_keeps_nothing(
    world: World, text: str, archive: bytes, kind: type[FarmError]
) -> None:
    with pytest.raises(FarmError, match="demo") as caught:
        world.render(text, archive)
    assert isinstance(caught.value, kind)
    assert world.store.records("render") == []
