"""Whatever the overlays are: what is rendered depends on nothing else; a tree is written whole or left as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.projects import write_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.cli.main import run

pytestmark = pytest.mark.integration

SPEC = """\
Name: demo
Version: 1
Release: 1%{?dist}
Summary: s
License: MIT
Source0: a.cfg
Patch0: one.patch

%description
d

%package devel
Summary: devel

%description devel
d

%prep
%autosetup

%build
make

%files

%changelog
"""
TABLES = (
    '{ type = "spec-set-tag", tag = "Version", value = "2" }',
    '{ type = "spec-add-tag", tag = "Requires", value = "x", package = "devel" }',
    '{ type = "spec-insert-tag", tag = "Source9", value = "b.cfg" }',
    '{ type = "spec-update-tag", tag = "Epoch", value = "1" }',
    '{ type = "spec-remove-tag", tag = "source0" }',
    '{ type = "spec-search-replace", regex = "^make", replacement = "make -j1" }',
    '{ type = "spec-append-lines", section = "%build", lines = ["make docs"] }',
    '{ type = "spec-prepend-lines", lines = ["# first"] }',
    '{ type = "spec-remove-section", section = "%prep" }',
    '{ type = "spec-remove-subpackage", package = "devel" }',
    '{ type = "patch-add", source = "new.patch" }',
    '{ type = "patch-remove", file = "one.*" }',
    '{ type = "file-prepend-lines", file = "**/*.cfg", lines = ["# new"] }',
    '{ type = "file-search-replace", file = "*.cfg", regex = "1", replacement = "0" }',
    '{ type = "file-rename", file = "a.cfg", replacement = "c.cfg" }',
    '{ type = "file-remove", file = "*.cfg" }',
    '{ type = "file-add", file = "b.cfg", source = "new.patch" }',
)
FILES = {"demo/demo.spec": SPEC, "demo/a.cfg": "debug=1\n", "demo/one.patch": "--- a\n", "new.patch": "--- b\n"}

Farm = Callable[..., int]


@pytest.fixture(name="farm")
def _farm(own_directories: Path) -> Farm:
    write_files(own_directories / "project", FILES)
    return lambda *arguments: run(["-C", str(own_directories / "project"), *arguments])


def tree_of(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(TABLES), max_size=5))
def test_rendering_again_changes_nothing_and_failing_leaves_all(
    farm: Farm, tmp_path: Path, capsys: pytest.CaptureFixture[str], tables: list[str]
) -> None:
    overlays = ",\n".join(tables)
    toml = '[components.demo]\nspec = { type = "local", path = "demo/demo.spec" }\n' + f"overlays = [\n{overlays}\n]\n"
    write_files(tmp_path / "project", {"azldev.toml": toml})
    out, other = tmp_path / "out", tmp_path / "other"
    before = tree_of(out)

    status = farm("component", "render", "-a", "-o", str(out))
    capsys.readouterr()
    assert sorted(path.name for path in (out / "d").glob("*")) in ([], ["demo"])
    if status:
        assert (status, tree_of(out)) == (3, before)
        return

    rendered = tree_of(out)
    assert farm("component", "render", "-a", "-o", str(out), "-O", "json") == 0
    assert [row["changed"] for row in json.loads(capsys.readouterr().out)] == [False]
    assert farm("component", "render", "-a", "-o", str(out), "--check") == 0
    assert farm("component", "render", "-a", "-o", str(other)) == 0
    assert tree_of(other) == tree_of(out) == rendered
    assert tree_of(tmp_path / "project" / "demo") == {
        name.removeprefix("demo/"): text.encode() for name, text in FILES.items() if name.startswith("demo/")
    }
