from pathlib import Path

import pytest
from builders.projects import write_files

from farm.project.loader import load_project
from farm.project_check.static_check import check_project

UP = """
[distros.up]
dist-git-base-uri = "https://h/$pkg.git"
default-version = "1"
[distros.up.versions.1]
dist-git-branch = "main"
[distros.own.versions.1.default-component-config]
spec = { type = "upstream", upstream-distro = { name = "up" } }
[project]
default-distro = { name = "own", version = "1" }
"""


CUSTOM = """
[components.a]
spec = { type = "local", path = "a.spec" }
[[components.a.source-files]]
filename = "x"
hash = "00"
hash-type = "SHA256"
origin = { type = "custom", script = "make.sh" }
"""
CLEARING = """
[default-component-config.build.check]
skip = true
skip_reason = "r"
[components.a.build.check]
skip = false
"""


@pytest.fixture(autouse=True)
def no_user_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def findings(root: Path, text: str, **files: str) -> list[str]:
    write_files(root, {"azldev.toml": UP + text, **files})
    return [str(finding) for finding in check_project(load_project(root))]


def overlay(fields: str) -> str:
    return f"[components.a]\n[[components.a.overlays]]\n{fields}\n"


@pytest.mark.parametrize(
    "text",
    [
        "[components.a]\n",
        overlay("type = 'spec-set-tag'\ntag = 'Version'\nvalue = '1'"),
        overlay("type = 'spec-add-tag'\ntag = 'BuildRequires'\nvalue = 'x'"),
        overlay("type = 'spec-search-replace'\nregex = '^a$'\nreplacement = '$PATH'"),
        overlay("type = 'spec-search-replace'\nregex = '(a)'\nreplacement = '$(make)'"),
        overlay("type = 'file-search-replace'\nfile = 'x'\nregex = '(?m)^a$'\nreplacement = 'b'"),
        overlay("type = 'spec-append-lines'\nsection = '%build'\nlines = ['x']"),
        "[components.a.build]\nwith = ['x']\nundefines = ['_with_x']\n",
        "[component-groups.g]\ncomponents = ['a']\n[components.a]\noverlay-files = []\nbuild.check.skip = false\n",
    ],
)
def test_what_does_as_it_says_is_not_mentioned(tmp_path: Path, text: str) -> None:
    assert findings(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            overlay("type = 'spec-set-tag'\ntag = 'BuildRequires'\nvalue = 'x'"),
            "azldev.toml:12: warning: a: overlay `spec-set-tag` gives every `BuildRequires` line",
        ),
        (overlay("type = 'spec-append-lines'\nsection = '%Build'\nlines = ['x']"), "names '%Build': only a header"),
        (overlay("type = 'spec-append-lines'\nsection = 'build'\nlines = ['x']"), "'build', which starts no section"),
        (
            overlay("type = 'spec-search-replace'\nregex = '(a)'\nreplacement = '$1'"),
            "writes '$1' as it is: a group of the match is not put in",
        ),
        (overlay("type = 'spec-search-replace'\nregex = 'a\\nb'\nreplacement = ''"), "is matched line by line"),
        (
            overlay("type = 'file-search-replace'\nfile = 'x'\nregex = 'a$'\nreplacement = 'b'"),
            "is matched against the whole file",
        ),
        (overlay("type = 'file-remove'\nfile = 'a.spec'"), "the spec is no file to these overlays"),
        (overlay("type = 'patch-add'\nsource = 'none.patch'"), "none.patch is not there"),
        (
            overlay("type = 'file-remove'\nfile = 'x'\narchive = 'a.tar.gz'"),
            "azldev.toml:12: error: a: `source-files` has no entry for a.tar.gz with the origin `overlay`",
        ),
        (
            "[[components.a.source-files]]\nfilename = 'x'\norigin = { type = 'download', uri = 'https://h/x' }\n",
            "source file 'x' has no `hash`",
        ),
        (
            CUSTOM,
            "make.sh of source file 'x' is missing",
        ),
        (
            CUSTOM.replace('spec = { type = "local", path = "a.spec" }\n', ""),
            "make.sh of source file 'x' is missing",
        ),
        ("[components.a]\nspec = { type = 'local', path = 'a.spec' }\n", "error: a: its spec"),
        ("[components.a.build]\nwith = ['x']\nwithout = ['x']\n", "`build.with` and `build.without` both have 'x'"),
        ("[components.a.build]\nundefines = ['x']\n", "`build.undefines` has 'x', which nothing here defines"),
        (
            CLEARING,
            "`build.check.skip` is empty, and what",
        ),
        ("[Components.a]\n", "warning: `Components` should be spelled `components`"),
    ],
)
def test_what_does_otherwise_is_warned_of(tmp_path: Path, text: str, words: str) -> None:
    found = findings(tmp_path, text)
    assert any(words in finding for finding in found), found


def test_a_spec_must_have_the_name_of_its_component(tmp_path: Path) -> None:
    text = "[components.a]\nspec = { type = 'local', path = 'b.spec' }\n"
    (found,) = findings(tmp_path, text, **{"b.spec": ""})
    assert "its spec must be called a.spec, not b.spec" in found


def test_a_version_that_two_files_define_is_the_later_one_alone(tmp_path: Path) -> None:
    more = "[distros.up.versions.1]\ndist-git-branch = 'other'\n"
    assert findings(tmp_path, "[components.a]\n") == []
    write_files(tmp_path, {"azldev.toml": "includes = ['b.toml']\n" + UP + "[components.a]\n", "b.toml": more})
    (finding,) = check_project(load_project(tmp_path))
    assert finding.place == f"{tmp_path}/b.toml:1"
    assert "takes the place of that one, whole" in finding.message


def test_errors_come_first(tmp_path: Path) -> None:
    text = "[components.a.build]\nundefines = ['x']\n[components.b]\nspec = { type = 'local', path = 'b.spec' }\n"
    assert [": error: " in finding for finding in findings(tmp_path, text)] == [True, False]
