"""Projects that are broken, or built to harm."""

import os
import time
from contextlib import suppress
from pathlib import Path

import pytest
from builders.projects import write_files

from farm.errors import ProjectError
from farm.project.errors import IncludeError, OutsideProjectError, TomlError
from farm.project.loader import load_project
from farm.project.toml_file import read_toml

pytestmark = pytest.mark.hostile


@pytest.fixture(autouse=True)
def no_user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def refused(root: Path, text: str | bytes, **files: str) -> ProjectError:
    write_files(root / "project", files)
    data = text if isinstance(text, bytes) else text.encode()
    (root / "project").mkdir(exist_ok=True)
    (root / "project" / "azldev.toml").write_bytes(data)
    with pytest.raises(ProjectError) as caught:
        load_project(root / "project")
    assert ".toml" in caught.value.why
    return caught.value


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    error = refused(tmp_path, b"[project]\ndescription = '\xff'\n")
    assert "azldev.toml:2" in error.why


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "azldev.toml"
    with path.open("wb") as stream:
        stream.truncate(100 * 2**20)
    started = time.monotonic()
    with pytest.raises(TomlError, match="cannot read"):
        read_toml(path)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "a = " + "[" * 5_000 + "]" * 5_000,
        "a = " + "{a=" * 5_000 + "1" + "}" * 5_000,
        "a." * 200_000 + "a = 1",
        "[" + "a." * 200_000 + "a]",
        "".join(f"\"a{n}\" . 'b' . " for n in range(50_000)) + "c = 1",
    ],
)
def test_depth_ends_in_an_error_and_soon(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    refused(tmp_path, text)
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\ufeff[project]",
        "[project]\n[project]\n",
        "[project]\ndescription = 'a'\ndescription = 'b'\n",
        "[components.a]\n[components.b]\n[components.a]\n",
        "project = { description = 'a', description = 'b' }\n",
        "project = 1\n",
        "components = []\n",
        "[components.a]\nspec = 'x'\n",
        "[components.a.build]\nwith = 'x'\n",
        "[components.a.build.defines]\nx = 1\n",
        "[components.a.build.check]\nskip = 'true'\n",
        "[[components.a.overlays]]\ntype = 'rm-rf'\n",
        "[[components.a.overlays]]\ntype = 'spec-search-replace'\nregex = '(('\n",
        "[[components.a.overlays]]\ntype = 'file-remove'\nfile = '../../x'\n",
        "[[components.a.overlays]]\ntype = 'file-rename'\nfile = 'a'\nreplacement = '../b'\n",
        "[[components.a.overlays]]\ntype = 'file-add'\nfile = 'a'\nsource = '../../etc/passwd'\n",
        "[[components.a.overlays]]\ntype = 'patch-add'\nsource = '/etc/passwd'\n",
        "[[components.a.overlays]]\ntype = 'file-remove'\nfile = 'x'\narchive = 'x.zip'\n",
        "[[components.a.overlays]]\ntype = 'file-remove'\nfile = 'x'\narchive = '../x.tar.gz'\n",
        "[[components.a.source-files]]\nfilename = 'x.tar'\norigin = { type = 'custom', script = '../x.sh' }\n",
        "[[components.a.source-files]]\nfilename = 'x'\norigin = { type = 'custom', script = 'x', inputs = ['..'] }\n",
        "[components.'a/../../b']\n",
        "[components.'-rf']\n",
        f"[components.{'a' * 300}]\n",
        f"includes = ['{'a' * 5000}.toml']\n",
        f"[components.a]\nspec = {{ type = 'local', path = '{'a/' * 5000}x.spec', extra = 1 }}\n",
        "[components.a]\nspec = { type = 'local', path = '../x.spec' }\n",
        "[components.a.publish]\nrpm-channel = '../../x'\n",
        "[[components.a.source-files]]\nfilename = '../x'\norigin = { type = 'download', uri = 'https://h/x' }\n",
        "includes = ['../**/*.toml']\n",
        "includes = ['/etc/*.toml']\n",
        "includes = ['[']\n",
        "includes = [1]\n",
        "date = 2026-13-45\n",
        "n = 99999999999999999999999999\n",
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text).exit_status == 3


def test_includes_in_a_circle_or_twice_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "includes = ['a.toml']\n", **{"a.toml": "includes = ['azldev.toml']\n"})
    assert isinstance(error, IncludeError)
    diamond = {"a.toml": "includes = ['c.toml']\n", "b.toml": "includes = ['c.toml']\n", "c.toml": ""}
    error = refused(tmp_path, "includes = ['a.toml', 'b.toml']\n", **diamond)
    assert isinstance(error, IncludeError)
    assert "b.toml:1" in error.why


def test_links_that_lead_out_or_in_circles_are_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"out.toml": "", "project/x": ""})
    (tmp_path / "project" / "link.toml").symlink_to("../out.toml")
    assert isinstance(refused(tmp_path, "includes = ['link.toml']\n"), OutsideProjectError)
    (tmp_path / "project" / "link.toml").unlink()
    (tmp_path / "project" / "one.toml").symlink_to("two.toml")
    (tmp_path / "project" / "two.toml").symlink_to("one.toml")
    assert isinstance(refused(tmp_path, "includes = ['one.t?ml']\n"), OutsideProjectError)
    refused(tmp_path, "includes = ['one.toml']\n")


def test_a_project_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "azldev.toml")
    with pytest.raises(TomlError, match="cannot read"):
        load_project(tmp_path)
    (tmp_path / "azldev.toml").unlink()
    (tmp_path / "azldev.toml").mkdir()
    with pytest.raises(TomlError):
        load_project(tmp_path)
    (tmp_path / "azldev.toml").rmdir()
    (tmp_path / "azldev.toml").symlink_to("azldev.toml")
    with pytest.raises(ProjectError):
        load_project(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[[components.a.overlays]]\ntype = 'rm-rf'\n",
        "[[components.a.source-files]]\nfilename = 'a'\norigin = { type = 'magic' }\n",
        "[components.a]\nspec = 1\n",
    ],
)
def test_reading_permissively_forgives_no_nonsense(tmp_path: Path, text: str) -> None:
    (tmp_path / "azldev.toml").write_text(text)
    with pytest.raises(ProjectError):
        load_project(tmp_path, permissive=True)


def test_thousands_of_faults_make_a_short_error(tmp_path: Path) -> None:
    error = refused(tmp_path, "".join(f"[components.c{n}]\nwrong = 1\n" for n in range(3_000)))
    assert len(error.why.splitlines()) == 21


def test_a_byte_order_mark_is_no_toml(tmp_path: Path) -> None:
    assert "azldev.toml:1" in refused(tmp_path, "\ufeff[project]\ndescription = 'x'\n").why


def test_a_hundred_megabytes_of_components_are_refused_before_they_are_parsed(tmp_path: Path) -> None:
    path = tmp_path / "azldev.toml"
    with path.open("w") as stream:
        stream.writelines(f"[components.c{n:090}]\n" for n in range(1_000_000))
    started = time.monotonic()
    with pytest.raises(TomlError, match="cannot read"):
        load_project(tmp_path)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("count", [101, 3_000])
def test_a_long_chain_of_includes_ends_in_words(tmp_path: Path, count: int) -> None:
    files = {f"f{n}.toml": f"includes = ['f{n + 1}.toml']\n" for n in range(count)}
    error = refused(tmp_path, "includes = ['f0.toml']\n", **files, **{f"f{count}.toml": ""})
    assert isinstance(error, IncludeError)


def test_thousands_of_includes_are_read(tmp_path: Path) -> None:
    spec = "spec = { type = 'local', path = 'x' }\n"
    files = {f"c/{n % 50}/f{n}.toml": f"[components.c{n}]\n{spec}" for n in range(3_000)}
    write_files(tmp_path, {"azldev.toml": "includes = ['c/**/*.toml']\n", **files})
    assert len(load_project(tmp_path).components) == 3_000
    write_files(tmp_path, {"azldev.toml": "includes = [" + "'c/**/*.toml', " * 5_000 + "]\n"})
    with pytest.raises(IncludeError, match="included twice"):
        load_project(tmp_path)


@pytest.mark.parametrize("pattern", ["{a,b}" * 30, "{" * 10_000, "*" * 10_000, "[" * 10_000, "**/" * 500 + "x.toml"])
def test_globs_that_grow_end_soon(tmp_path: Path, pattern: str) -> None:
    write_files(tmp_path, {"azldev.toml": f"includes = ['{pattern}']\n", "a/b/c/d.txt": ""})
    started = time.monotonic()
    with suppress(ProjectError):
        load_project(tmp_path)
    assert time.monotonic() - started < 60


def test_links_in_circles_end_a_search(tmp_path: Path) -> None:
    write_files(tmp_path, {"azldev.toml": "includes = ['**/*.comp.toml']\n", "a/b/x.comp.toml": "", "c/d/y.txt": ""})
    (tmp_path / "a" / "b" / "back").symlink_to("..")
    (tmp_path / "c" / "d" / "over").symlink_to("../../a")
    (tmp_path / "a" / "over").symlink_to("../c")
    started = time.monotonic()
    with suppress(IncludeError):  # the one file is reached by several ways, as azldev sees it too
        load_project(tmp_path)
    assert time.monotonic() - started < 60


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, {"azldev.toml": ""})

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TomlError) as caught:
        load_project(tmp_path)
    assert "Permission denied" in caught.value.why


def test_a_directory_in_the_place_of_an_included_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "project" / "dir.toml").mkdir(parents=True)
    assert isinstance(refused(tmp_path, "includes = ['dir.toml']\n"), IncludeError)
    write_files(tmp_path, {"project/azldev.toml": "includes = ['*.d.toml']\n"})
    (tmp_path / "project" / "x.d.toml").mkdir()
    assert load_project(tmp_path / "project").components == {}


def test_a_link_to_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "gone.inc.toml").symlink_to("nowhere")
    assert isinstance(refused(tmp_path, "includes = ['*.inc.toml']\n"), OutsideProjectError)


@pytest.mark.parametrize(
    "text",
    [
        "[default-component-config]\noverlays = [{ type = 'rm-rf' }]\n",
        "[component-groups.g.default-component-config]\noverlays = [{ type = '' }]\n",
        "[distros.d.versions.1.default-component-config]\nsource-files = [{ filename = 'x' }]\n",
        "[project]\nlock-dir = '../../locks'\n",
        "[project]\nrendered-specs-dir = '/'\n",
        "[project]\ndefault-distro = { name = 'nowhere' }\n[components.a]\n",
        "[component-groups.g]\nspecs = ['../*.spec']\n",
        "[resources.rpm-repos.'a]b']\nbase-uri = 'https://h/'\ndisable-gpg-check = true\n",
    ],
)
def test_what_only_shows_later_is_refused_at_once(tmp_path: Path, text: str) -> None:
    assert refused(tmp_path, text).exit_status == 3
