"""Filtering by real specs; where the fast reader has to guess, the host's rpm is asked in a sandbox."""

from dataclasses import replace
from pathlib import Path

import pytest
from builders.projects import make_component, make_project

from farm.paths import CachePaths
from farm.project.farm_settings import FarmSettings
from farm.requires.file_filter import FileFilter

pytestmark = pytest.mark.integration

SPEC = """\
Name: demo
Version: 1.0
Release: 1
Summary: A demo
License: MIT
{sources}

%description
A demo.
"""

ALL = {"sources": b"", "demo.azl.macros": b"", "fix.patch": b"fix", "demo-1.0.conf": b"conf", "README.packager": b""}


def kept(tmp_path: Path, sources: str, *, skip: bool = False, arches: tuple[str, ...] = ("x86_64",)) -> set[str]:
    """Return which of all files stay beside a spec."""
    component = make_component(skip_file_filter=skip)
    project = replace(make_project(component), farm=FarmSettings(arches=arches))
    file_filter = FileFilter(project=project, cache=CachePaths(root=tmp_path / "cache"))
    (files,) = file_filter.keep_needed([(component, {**ALL, "demo.spec": SPEC.format(sources=sources).encode()})])
    assert {"demo.spec", "sources"} <= set(files)
    return set(files) - {"demo.spec", "sources"}


NAMED = "Source0: https://example.org/%{name}-%{version}.conf\nPatch0: fix.patch\nSource9999: demo.azl.macros"


def test_what_no_source_or_patch_names_is_dropped(tmp_path: Path) -> None:
    assert kept(tmp_path, NAMED) == {"demo-1.0.conf", "fix.patch", "demo.azl.macros"}


def test_a_component_may_keep_everything(tmp_path: Path) -> None:
    assert kept(tmp_path, NAMED, skip=True) == set(ALL) - {"sources"}


def test_what_only_one_architecture_names_is_kept_for_it(tmp_path: Path) -> None:
    text = "%ifarch aarch64\nSource0: README.packager\n%endif"
    assert kept(tmp_path, text) == set()
    assert kept(tmp_path, text, arches=("x86_64", "aarch64")) == {"README.packager"}


def test_rpm_is_asked_where_the_fast_reader_guesses(tmp_path: Path) -> None:
    text = "%if %(echo 1)\nPatch0: fix.patch\n%endif\n%{lua: print('Source0: README.packager')}"
    assert kept(tmp_path, text) == {"fix.patch", "README.packager"}


@pytest.mark.parametrize("broken", ["%if 1", "Source0: %{nothing_defines_this}.conf"])
def test_in_doubt_everything_is_kept(tmp_path: Path, broken: str) -> None:
    assert kept(tmp_path, broken) == set(ALL) - {"sources"}


def test_what_has_nothing_to_drop_is_not_read(tmp_path: Path) -> None:
    component = make_component()
    file_filter = FileFilter(project=make_project(component), cache=CachePaths(root=tmp_path / "cache"))
    files = {"demo.spec": b"\0 no spec at all", "sources": b"", "demo.azl.macros": b""}
    assert file_filter.keep_needed([(component, files)]) == [files]
    assert not (tmp_path / "cache").exists()
