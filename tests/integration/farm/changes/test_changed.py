"""`component changed` between commits of real git repositories."""

from pathlib import Path

import pytest
from builders.project_git import HEAD, GitProject

from farm.changes.compare_inputs import InputChange
from farm.changes.compare_projects import ChangeKind, ComponentChange, compare_projects
from farm.changes.errors import DriftError, PastProjectError
from farm.changes.past_project import past_project
from farm.history.errors import IncompleteHistoryError, UnknownRevisionError

pytestmark = pytest.mark.integration


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    return GitProject(tmp_path / "tree", "below")


def changes(
    project: GitProject, tmp_path: Path, start: str = "HEAD~1", end: str = "HEAD"
) -> dict[str, ComponentChange]:
    repository = project.repository(tmp_path / "cache")
    with past_project(repository, start) as old, past_project(repository, end) as new:
        return {one.component: one for one in compare_projects(repository, old, new)}


def only(change: ComponentChange) -> InputChange:
    assert len(change.inputs) == 1, change.inputs
    return change.inputs[0]


def test_a_component_that_came_went_or_stayed(project: GitProject, tmp_path: Path) -> None:
    project.commit({"azldev.toml": HEAD + "[components.gone]\n[components.kept]\n"})
    project.commit({"azldev.toml": HEAD + "[components.kept]\n[components.new]\n"})
    found = changes(project, tmp_path)
    assert {name: one.change for name, one in found.items()} == {
        "gone": ChangeKind.REMOVED,
        "kept": ChangeKind.UNCHANGED,
        "new": ChangeKind.ADDED,
    }
    assert only(found["new"]).new_at == f"below/azldev.toml:{HEAD.count(chr(10)) + 2}"
    assert only(found["gone"]).old_at.startswith("below/azldev.toml:")


def test_a_changed_value_names_file_line_and_both_values(project: GitProject, tmp_path: Path) -> None:
    pinned = '[components.x]\nspec = {{ type = "upstream", upstream-commit = "{0}" }}\n'
    project.commit({"azldev.toml": HEAD + pinned.format("a" * 40)})
    project.commit({"azldev.toml": HEAD + "\n" + pinned.format("b" * 40)})
    line = HEAD.count("\n")
    assert only(changes(project, tmp_path)["x"]) == InputChange(
        input="source.commit",
        old="a" * 40,
        new="b" * 40,
        old_at=f"below/azldev.toml:{line + 2}",
        new_at=f"below/azldev.toml:{line + 3}",
    )


def test_a_groups_default_is_named_for_each_member(project: GitProject, tmp_path: Path) -> None:
    text = HEAD + (
        '[components.a]\n[components.b]\n[components.c]\n[component-groups.g]\ncomponents = ["a", "b"]\n'
        "[component-groups.g.default-component-config.build]\nwithout = [{0}]\n"
    )
    project.commit({"azldev.toml": text.replace("{0}", '"docs"')})
    project.commit({"azldev.toml": text.replace("{0}", '"docs", "tests"')})
    found = changes(project, tmp_path)
    assert [found[name].change for name in "abc"] == ["changed", "changed", "unchanged"]
    assert only(found["a"]).input == "build.without.tests"
    assert only(found["a"]).new_at == f"below/azldev.toml:{text.count(chr(10))}"
    assert only(found["a"]) == only(found["b"])


def test_a_snapshot_of_the_distribution_is_named_for_all_that_follow_it(project: GitProject, tmp_path: Path) -> None:
    more = f'[components.a]\n[components.b]\nspec = {{ type = "upstream", upstream-commit = "{"a" * 40}" }}\n'
    project.commit({"azldev.toml": HEAD + more})
    project.commit({"azldev.toml": HEAD.replace("2026-01-01", "2026-02-01") + more})
    found = changes(project, tmp_path)
    assert (only(found["a"]).input, only(found["a"]).new) == ("source.snapshot", "2026-02-01T00:00:00Z")
    assert found["b"].change is ChangeKind.UNCHANGED


def test_overlays_are_matched_by_what_they_do(project: GitProject, tmp_path: Path) -> None:
    first = '[[components.x.overlays]]\ntype = "spec-set-tag"\ntag = "Vendor"\nvalue = "us"\n'
    second = '[[components.x.overlays]]\ntype = "spec-remove-tag"\ntag = "Epoch"\n'
    project.commit({"azldev.toml": f"{HEAD}[components.x]\n{first}"})
    project.commit({"azldev.toml": f"{HEAD}[components.x]\n{second}{first}"})
    change = only(changes(project, tmp_path)["x"])
    assert change.input == "overlays[1]"
    assert change.new == "type = spec-remove-tag; tag = Epoch"
    project.commit({"azldev.toml": f"{HEAD}[components.x]\n{second}{first.replace('us', 'them')}"})
    change = only(changes(project, tmp_path)["x"])
    assert (change.input, change.old, change.new) == ("overlays[2].value", "us", "them")


def test_the_content_of_an_overlays_source_counts_and_its_description_does_not(
    project: GitProject, tmp_path: Path
) -> None:
    text = HEAD + '[components.x]\n[[components.x.overlays]]\ntype = "file-add"\nfile = "f"\nsource = "f.txt"\n'
    project.commit({"azldev.toml": text, "f.txt": "one"})
    project.commit({"f.txt": "two"})
    change = only(changes(project, tmp_path)["x"])
    assert change.input == "overlays[1].source"
    assert change.old != change.new
    project.commit({"azldev.toml": text.replace("source =", 'description = "why"\nsource =')})
    assert changes(project, tmp_path)["x"].change is ChangeKind.UNCHANGED


def test_the_script_that_makes_a_source_file_counts(project: GitProject, tmp_path: Path) -> None:
    text = HEAD + (
        '[components.x]\n[[components.x.source-files]]\nfilename = "made.tar"\nhash = "00"\nhash-type = "SHA256"\n'
        'origin = { type = "custom", script = "make.sh" }\n'
    )
    project.commit({"azldev.toml": text, "make.sh": "one\n"})
    project.commit({"azldev.toml": text, "make.sh": "two\n"})
    change = only(changes(project, tmp_path)["x"])
    assert change.input == "source-files.made.tar.script"
    assert change.old.startswith("make.sh ")
    assert change.new.startswith("make.sh ")
    assert change.new_at == "below/make.sh"


def test_files_beside_a_local_spec_count(project: GitProject, tmp_path: Path) -> None:
    text = HEAD + '[components.x]\nspec = { type = "local", path = "own/x.spec" }\n'
    project.commit({"azldev.toml": text, "own/x.spec": "Name: x\n", "own/fix.patch": "1"})
    project.commit({"own/fix.patch": "2", "other": "3"})
    change = only(changes(project, tmp_path)["x"])
    assert (change.input, change.new_at) == ("source.fix.patch", "below/own/fix.patch")


def test_a_lock_names_commit_and_bump(project: GitProject, tmp_path: Path) -> None:
    lock = "version = 1\nupstream-commit = '{0}'\n"
    project.commit({"azldev.toml": HEAD + "[components.x]\n", "locks/x.lock": lock.format("a" * 40)})
    project.commit({"locks/x.lock": lock.format("b" * 40) + "manual-bump = 1\n"})
    found = changes(project, tmp_path)["x"].inputs
    assert [(one.input, one.old, one.new, one.new_at) for one in found] == [
        ("lock.manual-bump", "", "1", "below/locks/x.lock"),
        ("source.commit", "a" * 40, "b" * 40, "below/locks/x.lock"),
    ]


def test_rendered_specs_are_told_apart_from_inputs(project: GitProject, tmp_path: Path) -> None:
    text = HEAD.replace("[project]\n", '[project]\nrendered-specs-dir = "specs"\n') + "[components.x]\n[components.y]\n"
    project.commit({"azldev.toml": text, "specs/x/x/x.spec": "1", "specs/x/x/sources": "1", "specs/y/y/y.spec": "1"})
    project.commit({"specs/x/x/sources": "2", "specs/y/y/y.spec": "2"})
    found = changes(project, tmp_path)
    assert [(one.change, one.rendered, one.sources) for one in found.values()] == [
        (ChangeKind.RENDERED, True, True),
        (ChangeKind.RENDERED, True, False),
    ]


def test_sources_that_drift_under_an_unchanged_lock_are_an_error(project: GitProject, tmp_path: Path) -> None:
    text = HEAD.replace("[project]\n", '[project]\nrendered-specs-dir = "specs"\n') + "[components.x]\n"
    lock = "version = 1\ninput-fingerprint = 'same'\n"
    project.commit({"azldev.toml": text, "specs/x/x/sources": "1", "locks/x.lock": lock})
    project.commit({"specs/x/x/sources": "2"})
    with pytest.raises(DriftError) as caught:
        changes(project, tmp_path)
    assert caught.value.why == "x"


def test_what_cannot_be_compared_is_said(project: GitProject, tmp_path: Path) -> None:
    project.commit({"README": "x"})
    project.commit({"azldev.toml": "not toml"})
    project.commit({"azldev.toml": HEAD + "[components.x]\n", "locks/x.lock": "version = 9\n"})
    project.commit({"locks/x.lock": "version = 1\n"})
    with pytest.raises(PastProjectError, match="there is no project at HEAD~3"):
        changes(project, tmp_path, "HEAD~3")
    with pytest.raises(PastProjectError) as caught:
        changes(project, tmp_path, "HEAD~2")
    assert "below/azldev.toml:1" in caught.value.why
    assert "/tmp" not in caught.value.why
    with pytest.raises(PastProjectError) as caught:
        changes(project, tmp_path, "HEAD~1")
    assert "below/locks/x.lock: its version is 9" in caught.value.why
    for revision in ("--upload-pack=x", "nope"):
        with pytest.raises(UnknownRevisionError):
            changes(project, tmp_path, revision)


def test_a_partial_clone_that_lacks_the_configuration_says_so(project: GitProject, tmp_path: Path) -> None:
    project.commit({"azldev.toml": HEAD})
    project.git("config", "uploadpack.allowFilter", "true")
    clone = GitProject(tmp_path / "clone", "below")
    clone.top.mkdir()
    clone.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{project.top}", ".")
    clone.root.mkdir()
    with pytest.raises(IncompleteHistoryError):
        changes(clone, tmp_path, "HEAD", "HEAD")


def test_links_and_odd_names_of_a_commit_lead_nowhere(project: GitProject, tmp_path: Path) -> None:
    project.commit({"azldev.toml": HEAD + "[components.x]\n"})
    (project.root / "evil.toml").symlink_to("/etc/passwd")
    (project.root / "loop").symlink_to("loop")
    project.commit({"odd\nname.toml": "x = 1\n", b"caf\xe9".decode(errors="surrogateescape"): "y"})
    assert changes(project, tmp_path)["x"].change is ChangeKind.UNCHANGED
