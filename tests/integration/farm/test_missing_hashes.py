"""Source files of which the project has no hash: refused, and taken as they come where that is asked for."""

import hashlib
import itertools
import tomllib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from builders.archives import make_tar, source_tar
from builders.dist_git import SPEC
from builders.projects import write_files
from builders.render_world import RenderWorld
from builders.web_server import content, web_server

from farm.archive.errors import BadArchiveError
from farm.cli.main import run
from farm.errors import FarmError
from farm.missing_hashes import LearnedHash, MissingHashes
from farm.overlay.errors import ArchiveScopeError
from farm.project.loader import load_project
from farm.project.model import Component, Project
from farm.source_package import RenderedSource
from farm.sources.errors import SourceConflictError, SourceMissingError, WrongHashError

pytestmark = pytest.mark.integration

ARCHIVE = "demo-1.0.tar.gz"

EDITS = f"""
[[components.demo.overlays]]
type = "file-remove"
archive = "{ARCHIVE}"
file = "bin/*.exe"
"""


def declared(name: str, uri: str, more: str = "") -> str:
    return (
        f'[[components.demo.source-files]]\nfilename = "{name}"\n'
        f'origin = {{ type = "download", uri = "{uri}" }}\n{more}\n'
    )


class World(RenderWorld):
    """A project with one component, whose files may lack hashes."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.told: list[LearnedHash] = []

    def project(self, text: str, archive: bytes = b"a tarball", script: str = "") -> Project:
        if not self.upstream.lookaside.exists():
            line = self.upstream.upload("demo", ARCHIVE, archive)
            self.upstream.commit("demo", {"demo.spec": SPEC, "sources": line})
        table = f"{self.upstream.project_table}[components.demo]\n{text}"
        write_files(self.root / "project", {"azldev.toml": table, "make.sh": script})
        return load_project(self.root / "project")

    def hashes(self, project: Project) -> Callable[[Component], Component]:
        sources = self.sources(project)
        return MissingHashes(project=project, cache=self.cache, sources=sources, tell=self.told.append).complete

    def render(self, project: Project, component: Component | None = None) -> RenderedSource:
        return self.renderer(project).render(component or project.component("demo"))


@pytest.fixture
def world(own_directories: Path) -> World:
    return World(own_directories)


def test_without_the_option_it_is_refused_and_named(world: World) -> None:
    (world.root / "extra").write_bytes(b"extra")
    project = world.project(declared("extra.bin", f"file://{world.root}/extra"))
    with pytest.raises(SourceConflictError, match=r"extra\.bin") as caught:
        world.render(project)
    assert "--allow-no-hashes" in caught.value.hint
    assert world.store.records("render") == []


def test_what_comes_is_pinned_and_told(world: World) -> None:
    (world.root / "extra").write_bytes(b"extra")
    project = world.project(declared("extra.bin", f"file://{world.root}/extra", 'hash-type = "SHA256"'))
    complete = world.hashes(project)
    component = complete(project.component("demo"))
    actual = hashlib.sha256(b"extra").hexdigest()
    (learned,) = world.told
    assert learned.toml == f'hash = "{actual}"\nhash-type = "SHA256"'
    assert learned.event.hash == actual
    first = world.render(project, component)
    assert world.content(first)["extra.bin"] == b"extra"
    assert world.content(first)["sources"].endswith(f"SHA256 (extra.bin) = {actual}\n".encode())
    assert complete(project.component("demo")) is component
    assert len(world.told) == 1
    (world.root / "extra").write_bytes(b"another")
    second = world.render(project, world.hashes(project)(project.component("demo")))
    assert second.id != first.id, "other bytes are another source"


def test_a_component_with_all_hashes_is_left_alone(world: World) -> None:
    project = world.project("")
    component = project.component("demo")
    assert world.hashes(project)(component) is component
    assert world.told == []


def test_an_archive_that_is_nowhere_is_told(world: World) -> None:
    project = world.project(EDITS.replace(ARCHIVE, "other.tar.gz"))
    with pytest.raises(ArchiveScopeError, match="does not have") as caught:
        world.hashes(project)(project.component("demo"))
    assert "azldev.toml" in caught.value.why
    assert "other.tar.gz" in caught.value.why
    assert ARCHIVE in caught.value.hint
    assert world.told == []


def test_an_archive_that_is_edited_needs_no_entry_at_first(world: World) -> None:
    project = world.project(EDITS, source_tar("gz"))
    with pytest.raises(ArchiveScopeError) as caught:
        world.render(project)
    assert "--allow-no-hashes" in caught.value.hint
    first = world.render(project, world.hashes(project)(project.component("demo")))
    (learned,) = world.told
    (entry,) = tomllib.loads(learned.toml)["components"]["demo"]["source-files"]
    assert entry["hash"] == hashlib.sha512(world.content(first)[ARCHIVE]).hexdigest()
    pasted = learned.toml.replace('replace-reason = ""', 'replace-reason = "no binaries"')
    again = world.render(world.project(EDITS + pasted, source_tar("gz")))
    assert again == first, "what is told can be pasted"


def test_what_a_script_makes_of_earlier_files(world: World) -> None:
    (world.root / "extra").write_bytes(b"extra")
    script = "#!/bin/sh\nset -eu\ncat extra.bin demo.spec > /azldev-gen/output/all\n"
    custom = (
        '[[components.demo.source-files]]\nfilename = "made.tar"\n'
        'origin = { type = "custom", script = "make.sh", inputs = ["extra.bin", "demo.spec"] }\n'
    )
    text = declared("extra.bin", f"file://{world.root}/extra") + custom
    project = world.project(text, script=script)
    source = world.render(project, world.hashes(project)(project.component("demo")))
    assert [learned.source.filename for learned in world.told] == ["extra.bin", "made.tar"]
    assert world.told[1].source.hash == hashlib.sha512(world.content(source)["made.tar"]).hexdigest()


def test_render_tells_the_person_and_exits_well(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "extra").write_bytes(b"extra")
    world.project(declared("extra.bin", f"file://{world.root}/extra"))
    monkeypatch.chdir(world.root / "project")
    render = ["-q", "component", "render", "-p", "demo", "-o", str(world.root / "out")]
    assert run(render) == 3
    assert "--allow-no-hashes" in capsys.readouterr().err
    assert run([*render, "--allow-no-hashes", "--with-sources"]) == 0
    said = capsys.readouterr().err
    assert f'hash = "{hashlib.sha512(b"extra").hexdigest()}"\nhash-type = "SHA512"' in said
    assert (world.root / "out" / "d" / "demo" / "extra.bin").read_bytes() == b"extra"
    assert run([*render, "--allow-no-hashes"]) == 0
    kept = world.root / "out" / "d" / "demo"
    assert f"SHA512 (extra.bin) = {hashlib.sha512(b'extra').hexdigest()}\n" in (kept / "sources").read_text()
    assert not (kept / "extra.bin").exists()


@pytest.mark.hostile
def test_a_place_that_says_something_else_each_time_is_believed_once(world: World) -> None:
    count = itertools.count()

    def changing(handler: BaseHTTPRequestHandler) -> None:
        content(f"answer {next(count)}".encode())(handler)

    with web_server({"/extra": changing}) as url:
        project = world.project(declared("extra.bin", f"{url}/extra"))
        component = world.hashes(project)(project.component("demo"))
        source = world.render(project, component)
        assert world.content(source)["extra.bin"] == b"answer 0"
        for path in (world.cache.lookaside / "sha512").rglob("*"):
            if path.is_file() and path.read_bytes() == b"answer 0":
                path.unlink()
        for file in source.files:
            world.store.delete(file.digest)
        with pytest.raises(WrongHashError):
            world.render(project, component)


@pytest.mark.hostile
def test_a_script_that_makes_something_else_each_time_is_refused(world: World) -> None:
    script = "#!/bin/sh\ndate +%s%N > /azldev-gen/output/now\n"
    custom = (
        '[[components.demo.source-files]]\nfilename = "made.tar"\norigin = { type = "custom", script = "make.sh" }\n'
    )
    project = world.project(custom, script=script)
    component = world.hashes(project)(project.component("demo"))
    with pytest.raises(WrongHashError):
        world.render(project, component)


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("text", "archive", "kind"),
    [
        (declared("extra.bin", "file:///nowhere"), b"", SourceMissingError),
        (EDITS, make_tar(), BadArchiveError),
    ],
    ids=["nowhere", "no archive"],
)
def test_what_cannot_be_had_tells_nothing(world: World, text: str, archive: bytes, kind: type[FarmError]) -> None:
    project = world.project(text, archive)
    with pytest.raises(FarmError) as caught:
        world.hashes(project)(project.component("demo"))
    assert isinstance(caught.value, kind), caught.value
    assert world.told == []
