from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from builders.overlays import make_overlay
from builders.projects import make_component, make_declared_source, make_project, make_upstream

from farm.inputs.component_inputs import Input, ProjectInputs, overlay_words
from farm.inputs.contents import ABSENT, WorkTreeContents
from farm.inputs.fingerprint import PREFIX, fingerprint, input_tree
from farm.inputs.layers import Layers
from farm.locks.lock_file import Lock
from farm.overlay.model import Overlay
from farm.project.model import BuildOptions, Component, DeclaredSource, LocalSpec, ReleaseCalculation, UpstreamSpec
from farm.project.origin import Origin


class FixedContents:
    def file(self, path: Path) -> str:
        return f"digest of {path.name}"

    def directory(self, spec: Path) -> Mapping[str, str]:
        return {spec.name: "one", "sub/fix.patch": "two"}

    def mock_files(self, path: Path) -> Mapping[str, str]:
        return {path.name: "mock"}


def inputs_of(component: Component, lock: Lock | None = None) -> dict[str, str]:
    project = make_project(component)
    named = ProjectInputs(project, Layers(project), FixedContents())
    return {".".join(one.name): one.value for one in named.of(component, lock or Lock())}


def test_every_field_of_the_model_is_a_decision() -> None:
    """A new field of a component must be an input, or be left out for a reason that is known here."""
    covered = {
        Component: {"spec", "release", "overlays", "build", "sources", "skip_file_filter"},
        UpstreamSpec: {"distro", "version", "package", "commit", "snapshot"},
        LocalSpec: {"path"},
        BuildOptions: {
            "conditions_on",
            "conditions_off",
            "defines",
            "undefines",
            "skip_check",
            "upstream_provenance",
        },
        DeclaredSource: {"filename", "hash_type", "hash", "replaces_upstream", "script", "packages", "inputs"},
    }
    words_about_it = {"origin", "name", "groups", "replace_reason", "configuration_files"}
    left_out = {
        Component: words_about_it | {"channels", "packages"},
        UpstreamSpec: {"dist_git", "branch", "lookaside", "download_allowed", "release_version", "said"},
        LocalSpec: {"package", "lookaside", "download_allowed", "said"},
        BuildOptions: {"expected_failure", "expensive"},
        DeclaredSource: words_about_it | {"type", "uri"},
    }
    for kind, names in covered.items():
        there = {field.name for field in fields(kind)}
        assert names <= there
        assert there - names <= left_out[kind], kind


def test_every_field_of_an_overlay_is_a_decision() -> None:
    left_out = {"kind", "description", "source", "origin", "metadata"}
    named = {field.name for field in fields(Overlay)} - left_out
    overlay = make_overlay({"type": "file-add", **{name: ["x"] if name == "lines" else "x" for name in named}})
    assert {key for key, _ in overlay_words(overlay)} == named | {"type"}


def test_an_upstream_component() -> None:
    component = make_component(
        spec=make_upstream(commit="a" * 40, package="other"),
        release=ReleaseCalculation.MANUAL,
        build=BuildOptions(conditions_off=("docs",), defines=(("x", "1"),), skip_check="flaky"),
        overlays=(make_overlay({"type": "file-add", "file": "f", "source": "/project/f.txt"}),),
    )
    assert inputs_of(component) == {
        "spec.type": "upstream",
        "spec.upstream-distro.name": "up",
        "spec.upstream-distro.version": "1",
        "spec.upstream-name": "other",
        "source.commit": "a" * 40,
        "release.calculation": "manual",
        "build.without.docs": "true",
        "build.defines.x": "1",
        "build.check.skip": "flaky",
        "overlays.000.type": "file-add",
        "overlays.000.file": "f",
        "overlays.000.source": "f digest of f.txt",
    }


def test_the_lock_says_commit_and_bump() -> None:
    component = make_component(spec=make_upstream(snapshot="2026-01-01T00:00:00Z"))
    assert inputs_of(component)["source.snapshot"] == "2026-01-01T00:00:00Z"
    locked = inputs_of(component, Lock(upstream_commit="b" * 40, manual_bump=2))
    assert (locked["source.commit"], locked["lock.manual-bump"]) == ("b" * 40, "2")
    assert "source.snapshot" not in locked


def test_the_script_that_makes_a_source_file_is_an_input() -> None:
    source = make_declared_source("made.tar", hash="0f", packages=("cmake",), inputs=("a", "b"))
    found = inputs_of(make_component("demo", sources=(source,)))
    assert {name: value for name, value in found.items() if name.startswith("source-files")} == {
        "source-files.made.tar.hash": "SHA256 0f",
        "source-files.made.tar.script": "make.sh digest of make.sh",
        "source-files.made.tar.inputs": "a b",
        "source-files.made.tar.mock-packages": "cmake",
    }


def test_a_local_component_is_all_files_beside_its_spec() -> None:
    found = inputs_of(make_component("demo"))
    assert (found["source.demo.spec"], found["source.sub/fix.patch"]) == ("one", "two")


def test_a_fingerprint_depends_on_every_value_and_on_no_order() -> None:
    some = [Input(name=("a", "b"), value="1"), Input(name=("a", "c"), value="2"), Input(name=("d",), value="3")]
    assert fingerprint(some) == fingerprint(some[::-1])
    assert fingerprint(some).startswith(PREFIX)
    others = [
        [*some[:2], Input(name=("d",), value="4")],
        [*some[:2], Input(name=("e",), value="3")],
        some[:2],
        [Input(name=("a", "b"), value="12"), Input(name=("a", "c"), value=""), some[2]],
    ]
    assert len({fingerprint(one) for one in [some, *others]}) == 5


def test_the_same_inputs_have_the_same_fingerprint_for_ever() -> None:
    """Each release of the farm must count the same: where this fails, raise the number in PREFIX."""
    fixed = "farm1-sha256:fbe172a63d0feaef48ed08f55e5764564c0c159b7d48fccf28027e82589d2e31"
    assert fingerprint([Input(name=("a",), value="1")]) == fixed


def test_the_tree_tells_which_branch_differs() -> None:
    def tree(value: str) -> dict[str, str]:
        named = [Input(name=("a", "b"), value=value), Input(name=("c",), value="3")]
        return {child.name: child.digest for child in input_tree(named).children}

    one, other = tree("1"), tree("2")
    assert one["c"] == other["c"]
    assert one["a"] != other["a"]


def test_a_leaf_says_value_and_place() -> None:
    named = Input(name=("a", "b"), value="1", origin=Origin(file=Path("/x")))
    leaf = input_tree([named], lambda one: f"at {one.origin}").children[0].children[0]
    assert (leaf.name, leaf.value, leaf.said_at) == ("b", "1", "at /x")


@pytest.mark.parametrize("name", ["gone", "../outside"])
def test_what_is_not_there_is_absent(tmp_path: Path, name: str) -> None:
    assert WorkTreeContents((tmp_path,)).file(tmp_path / name) == ABSENT
