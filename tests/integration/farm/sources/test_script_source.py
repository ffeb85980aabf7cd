"""Source files that scripts make, from the project to the store."""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from builders.dist_git import SPEC
from builders.projects import make_declared_source, write_files
from builders.render_world import RenderWorld

from farm.environment import is_root
from farm.project.errors import OutsideProjectError
from farm.project.loader import load_project
from farm.project.model import DeclaredSource
from farm.sandbox.sandbox import Limits
from farm.sources.errors import SourceScriptError, SourceScriptWorkError, SourceUnsupportedError, WrongHashError
from farm.sources.script_sandbox import ScriptSurroundings
from farm.sources.script_source import scripted_source
from farm.sources.sources_file import SourceEntry

pytestmark = pytest.mark.integration

DECLARED = make_declared_source("made.tar")
PLAIN = ScriptSurroundings()
OUTPUT = "cd /azldev-gen/output\n"


def sha256_of_made(
    directory: Path,
    script: str,
    declared: DeclaredSource = DECLARED,
    surroundings: ScriptSurroundings = PLAIN,
    inputs: Mapping[str, bytes | Path] = MappingProxyType({}),
) -> str:
    """Return the hash of what a script makes, which the error for a wrong one says."""
    entry = SourceEntry(filename=declared.filename, hash_type="SHA256", hash="0" * 64)
    with (
        pytest.raises(WrongHashError) as caught,
        scripted_source(
            replace(declared, inputs=tuple(inputs)),
            entry,
            script=f"#!/bin/sh\nset -eu\n{script}".encode(),
            inputs=inputs,
            scratch=directory / "scratch",
            surroundings=surroundings,
        ),
    ):
        pass
    return caught.value.why.split()[-1]


def made(
    directory: Path,
    script: str,
    declared: DeclaredSource = DECLARED,
    inputs: Mapping[str, bytes | Path] = MappingProxyType({}),
) -> dict[str, bytes]:
    entry = SourceEntry(
        filename=declared.filename,
        hash_type="SHA256",
        hash=sha256_of_made(directory, script, declared, inputs=inputs),
    )
    with scripted_source(
        replace(declared, inputs=tuple(inputs)),
        entry,
        script=f"#!/bin/sh\nset -eu\n{script}".encode(),
        inputs=inputs,
        scratch=directory / "scratch",
        surroundings=PLAIN,
    ) as path:
        data = path.read_bytes()
    assert hashlib.sha256(data).hexdigest() == entry.hash
    assert [left for left in (directory / "scratch").iterdir() if left.is_dir()] == []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {
            member.name: stream.read() if (stream := archive.extractfile(member)) else b""
            for member in archive
            if member.isreg()
        }


def test_a_script_makes_the_same_archive_each_time(tmp_path: Path) -> None:
    script = OUTPUT + "mkdir d; date +%s%N > /tmp/other; echo one > d/a; ln -s a d/b"
    for name in ("made.tar", "made.tar.gz", "made.tgz", "made.tar.xz", "made.tar.zst"):
        declared = replace(DECLARED, filename=name)
        assert sha256_of_made(tmp_path, script, declared) == sha256_of_made(tmp_path, script, declared)
    assert made(tmp_path, script) == {"d/a": b"one\n"}


def test_a_script_finds_itself_and_its_inputs_where_azldev_puts_them(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"from the cache")
    script = 'test "$PWD" = /azldev-gen/script; test -x make.sh; cat small large > /azldev-gen/output/both'
    assert made(tmp_path, script, inputs={"small": b"beside the spec, ", "large": tmp_path / "large"}) == {
        "both": b"beside the spec, from the cache"
    }
    assert made(tmp_path, OUTPUT + "ls /azldev-gen/script > seen") == {"seen": b"make.sh\n"}


def test_a_script_sees_no_secret_changes_nothing_and_has_no_network(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    script = OUTPUT + (
        f"test ! -e {secret} && echo hidden > seen\n"
        "if touch /azldev-gen/script/x /usr/x /etc/x; then exit 9; fi\n"
        "id -u >> seen; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' >> seen\n"
    )
    assert made(tmp_path, script) == {"seen": b"hidden\n1000\nlo\n"}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo what is wrong >&2; exit 3", "status 3\nwhat is wrong"),
        ("exec ./absent", "status 127"),
        (OUTPUT + "mkfifo p", "'p' is no file"),
        ("while :; do sleep 1; done", "too long"),
        ("yes", "too much"),
    ],
    ids=["fails", "absent", "pipe", "endless", "noisy"],
)
def test_a_script_that_fails_is_the_projects_fault_and_says_where(tmp_path: Path, script: str, words: str) -> None:
    limits = Limits(seconds=2.0 if "while" in script else 60.0, output_bytes=2**20)
    with pytest.raises(SourceScriptError, match=r"make\.sh") as caught:
        sha256_of_made(tmp_path, script, surroundings=ScriptSurroundings(limits=limits))
    assert "/project/azldev.toml" in caught.value.why
    assert words in caught.value.why
    assert len(caught.value.why) < 10_000


@pytest.mark.skipif(not is_root(), reason="only root may mount a directory of a limited size")
def test_a_script_that_writes_without_end_meets_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(SourceScriptError, match=r"make\.sh") as caught:
        sha256_of_made(tmp_path, OUTPUT + "cat /dev/zero > big", surroundings=ScriptSurroundings(output_bytes=2**20))
    assert "No space left" in caught.value.why


def test_what_cannot_be_given_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(SourceUnsupportedError) as caught:
        sha256_of_made(tmp_path, "exit 1", replace(DECLARED, packages=("golang",)))
    assert "golang" in caught.value.why
    with pytest.raises(SourceScriptError, match=r"made\.zip"):
        sha256_of_made(tmp_path, "exit 1", replace(DECLARED, filename="made.zip"))
    with pytest.raises(SourceScriptWorkError, match=r"made\.tar"):
        sha256_of_made(tmp_path, "exit 1", inputs={"lost": tmp_path / "lost"})


class World(RenderWorld):
    """A component of dist-git with two source files that scripts make."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        line = self.upstream.upload("demo", "demo-1.0.tar.gz", b"a tarball")
        self.upstream.commit("demo", {"demo.spec": SPEC, "sources": line, "note": "from dist-git"})
        self.hashes = {"first.tar": "0" * 64, "second.tar": "0" * 64}
        self.scripts = {
            "comps/first.sh": "#!/bin/sh\ncat note demo-1.0.tar.gz > /azldev-gen/output/all\n",
            "comps/second.sh": "#!/bin/sh\ntar -xf first.tar -C /azldev-gen/output\n",
        }

    def render(self) -> dict[str, bytes]:
        component = "[components.demo]\n" + "".join(
            f'[[components.demo.source-files]]\nfilename = "{name}"\n'
            f'hash = "{self.hashes[name]}"\nhash-type = "SHA256"\n'
            f'origin = {{ type = "custom", script = "{script}", inputs = {inputs} }}\n'
            for name, script, inputs in [
                ("first.tar", "first.sh", '["note", "demo-1.0.tar.gz"]'),
                ("second.tar", "second.sh", '["first.tar"]'),
            ]
        )
        files = {
            "azldev.toml": 'includes = ["comps/*.toml"]\n' + self.upstream.project_table,
            "comps/demo.toml": component,
        }
        write_files(self.root / "project", {**files, **self.scripts})
        project = load_project(self.root / "project")
        return self.content(self.renderer(project).render(project.component("demo")))

    def learn(self, name: str) -> None:
        """Take over the hash that the error names, as a maintainer does."""
        with pytest.raises(WrongHashError, match=name.replace(".", r"\.")) as caught:
            self.render()
        self.hashes[name] = caught.value.why.split()[-1]


@pytest.fixture
def world(own_directories: Path) -> World:
    return World(own_directories)


def test_scripts_are_given_upstreams_files_and_what_earlier_ones_made(world: World) -> None:
    world.learn("first.tar")
    world.learn("second.tar")
    content = world.render()
    for name in ("first.tar", "second.tar"):
        with tarfile.open(fileobj=io.BytesIO(content[name])) as archive:
            stream = archive.extractfile("all")
            assert stream is not None
            assert stream.read() == b"from dist-gita tarball"
    assert f"SHA256 (second.tar) = {world.hashes['second.tar']}" in content["sources"].decode()
    assert "first.sh" not in content


def test_a_script_that_changed_is_run_again(world: World) -> None:
    world.learn("first.tar")
    world.learn("second.tar")
    world.render()
    world.scripts["comps/first.sh"] = "#!/bin/sh\necho another > /azldev-gen/output/all\n"
    with pytest.raises(WrongHashError, match=r"first\.tar"):
        world.render()


def test_a_script_or_input_that_is_not_there_is_named_with_its_line(world: World) -> None:
    del world.scripts["comps/first.sh"]
    with pytest.raises(SourceScriptError, match=r"first\.sh") as absent:
        world.render()
    assert "comps/demo.toml:" in absent.value.why
    world.scripts["comps/first.sh"] = "#!/bin/sh\n"
    world.upstream.commit("demo", {"demo.spec": SPEC, "sources": world.upstream.upload("demo", "other.tar", b"x")})
    with pytest.raises(SourceScriptError, match=r"'(note|demo-1\.0\.tar\.gz)'") as lacking:
        world.render()
    assert "comps/demo.toml:" in lacking.value.why


def test_a_script_outside_of_the_project_is_refused(world: World) -> None:
    outside = world.root / "outside.sh"
    outside.write_text("#!/bin/sh\n")
    del world.scripts["comps/first.sh"]
    (world.root / "project" / "comps").mkdir(parents=True)
    (world.root / "project" / "comps" / "first.sh").symlink_to(outside)
    with pytest.raises(OutsideProjectError):
        world.render()
