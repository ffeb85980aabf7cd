"""Source files made by scripts that need packages and a network: the command line, and buildroots of a real seed."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.projects import write_files
from builders.web_server import content, web_server

from farm.cli.main import run
from farm.environment import is_root

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not is_root(), reason="only root lays out buildroots"),
]

SPEC = "Name: demo\nVersion: 1\nRelease: 1\nSummary: s\nLicense: MIT\nSource0: made.tar\n%description\nd\n%changelog\n"
TOOL = "make --version > /tmp/said; head -n 1 /tmp/said > /azldev-gen/output/seen"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layers of buildroots, which all tests share."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with web_server({"/file": content(b"from elsewhere")}) as address:
        yield address


class World:
    """A project of one local component whose source file a script makes."""

    def __init__(self, root: Path, seed: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self._root = root
        self._capfd = capfd
        self.seed = seed
        self.repositories = f'[[repositories]]\nname = "seed"\npath = "{seed}"\n'
        self.base = '["bash", "coreutils", "tar", "gzip"]'
        self.network = ""
        self.packages = "[]"
        self.script = ""
        self.hash = "0" * 64

    def render(self) -> tuple[int, str]:
        """Write the project and render it; return the exit status and what is said."""
        source = (
            f'filename = "made.tar"\nhash = "{self.hash}"\nhash-type = "SHA256"\n'
            f'origin = {{ type = "custom", script = "make.sh", mock-packages = {self.packages} }}\n'
        )
        farm_toml = f"{self.repositories}[buildroot]\nbase = {self.base}\n[sources]\n{self.network}"
        files = {
            "project/azldev.toml": f'[project]\nrendered-specs-dir = "specs"\n[components.demo]\n'
            f'spec = {{ type = "local", path = "demo/demo.spec" }}\n[[components.demo.source-files]]\n{source}',
            "project/farm.toml": farm_toml,
            "project/demo/demo.spec": SPEC,
            "project/demo/make.sh": f"#!/bin/bash\nset -eu\n{self.script}\n",
        }
        write_files(self._root, files)
        return self.run("component", "render", "-a", "--with-sources")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command on the project as it is now; return its exit status and what it says."""
        status = run(["-C", str(self._root / "project"), *arguments])
        said = self._capfd.readouterr()
        return status, said.out + said.err

    def made(self) -> bytes:
        """Return the file `seen` that the script makes, its hash taken over from the error, as a maintainer does."""
        status, said = self.render()
        assert (status, "SRC005" in said) == (3, True), said
        self.hash = next(word for word in said.split() if len(word) == len(self.hash) and word != self.hash)
        status, said = self.render()
        assert status == 0, said
        with tarfile.open(fileobj=io.BytesIO((self._root / "project/specs/d/demo/made.tar").read_bytes())) as archive:
            stream = archive.extractfile("seen")
            assert stream is not None
            return stream.read()


@pytest.fixture
def world(
    own_directories: Path,
    cache: Path,
    seed_repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> World:
    monkeypatch.setenv("FARM_CACHE", str(cache))
    return World(own_directories, seed_repository, capfd)


def test_a_script_has_the_packages_that_it_names_and_no_others(world: World) -> None:
    world.script = TOOL
    status, said = world.render()
    assert (status, "make: not found" in said or "make: command not found" in said) == (3, True), said
    assert "`mock-packages`" in said

    world.packages = '["make"]'
    assert world.made().startswith(b"GNU Make")


def test_its_root_is_the_seeds_and_cannot_be_written_to(world: World, tmp_path: Path) -> None:
    world.script = (
        "cd /azldev-gen/output; (id -un; pwd) > seen; ls -A /azldev-gen/script >> seen\n"
        f"test -e /var/lib/rpm; test ! -e /root/.ssh; test ! -e {tmp_path}\n"
        "if touch /azldev-gen/script/x /usr/x /etc/x /x 2> /dev/null; then exit 9; fi\n"
    )
    assert world.made() == b"builder\n/azldev-gen/output\nmake.sh\n"


def test_a_package_that_is_not_there_is_named_with_the_line_that_asks_for_it(world: World) -> None:
    world.packages = '["no-such-package"]'
    status, said = world.render()
    assert status == 6, said
    assert "nothing provides no-such-package, required by the script make.sh (" in said
    assert "azldev.toml:5" in said


def test_what_is_no_package_is_named_with_the_line_that_asks_for_it(world: World) -> None:
    world.packages = '["make", "two words"]'
    status, said = world.render()
    assert (status, "SRC014" in said, "'two words'" in said, "azldev.toml:5" in said) == (3, True, True, True), said


def test_a_root_without_a_shell_says_where_one_is_named(world: World) -> None:
    world.base = "[]"
    status, said = world.render()
    assert (status, "no /bin/sh" in said, "[buildroot] base" in said) == (3, True, True), said


def test_packages_need_a_repository(world: World) -> None:
    world.repositories, world.packages, world.script = "", '["make"]', TOOL
    status, said = world.render()
    assert (status, "SRC008" in said, "[[repositories]]" in said) == (3, True, True), said


def test_there_is_a_network_only_where_farm_toml_says_so(world: World, server: str) -> None:
    host, _, port = server.removeprefix("http://").partition(":")
    world.script = (
        "test -e /etc/resolv.conf\n"
        f"exec 3<> /dev/tcp/{host}/{port}\n"
        "printf 'GET /file HTTP/1.0\\r\\n\\r\\n' >&3\n"
        "tail -n 1 <&3 > /azldev-gen/output/seen"
    )
    status, said = world.render()
    assert (status, "SRC014" in said, "scripts-network = true" in said) == (3, True, True), said

    world.network = "scripts-network = true\n"
    assert world.made() == b"from elsewhere"


def test_what_comes_out_another_way_than_recorded_is_refused(world: World) -> None:
    world.script = "echo one > /azldev-gen/output/seen"
    assert world.made() == b"one\n"
    world.script = "echo two > /azldev-gen/output/seen"
    status, said = world.render()
    assert (status, "SRC005" in said, "make.sh" in said, world.hash in said) == (3, True, True, True), said


def test_what_is_rendered_is_what_is_planned(world: World) -> None:
    world.base = '["bash", "coreutils", "tar", "gzip", "rpm-build", "sed", "make"]'
    world.script = TOOL
    assert world.made().startswith(b"GNU Make")
    status, said = world.run("plan", "-O", "json")
    assert (status, '"demo"' in said) == (0, True), said
