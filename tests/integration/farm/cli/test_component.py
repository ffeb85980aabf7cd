import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import write_files

from farm.cli.main import run

pytestmark = pytest.mark.integration

Farm = Callable[..., int]

COMPONENTS = """
[components.demo]
overlays = [
  { type = "spec-set-tag", tag = "Version", value = "2.0", description = "newer" },
  { type = "spec-append-lines", section = "%build", lines = ["make docs"] },
]
[components.other]
[components.broken]
overlays = [{ type = "spec-remove-tag", tag = "Epoch" }]
[component-groups.core]
components = ["demo", "other"]
"""


@pytest.fixture
def farm(own_directories: Path, monkeypatch: pytest.MonkeyPatch) -> Farm:
    """Run the command line on a project of three components, one of them broken."""
    upstream = Upstream(own_directories / "upstream")
    for package in ("demo", "other", "broken"):
        upstream.commit(package, {f"{package}.spec": SPEC.replace("demo", package)})
    write_files(own_directories / "project", {"azldev.toml": upstream.project_table + COMPONENTS})
    monkeypatch.chdir(own_directories / "project")
    return lambda *arguments: run(arguments)


def json_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return rows


def test_list_shows_all_or_what_is_selected(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "list", "-O", "json") == 0
    rows = json_of(capsys)
    assert [row["name"] for row in rows] == ["broken", "demo", "other"]
    assert rows[1] == {
        "config": rows[1]["config"],
        "file": rows[1]["file"],
        "groups": ["core"],
        "name": "demo",
        "overlays": 2,
        "pin": "",
        "source": "upstream",
        "upstream": "up 1",
    }
    assert farm("component", "list", "-g", "core", "-p", "b*", "-O", "json") == 0
    assert [row["name"] for row in json_of(capsys)] == ["broken", "demo", "other"]
    assert farm("component", "list", "-p", "d*") == 0
    assert "other" not in capsys.readouterr().out


def test_query_shows_what_was_inherited_and_where_it_was_said(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "query", "-p", "demo", "-O", "json") == 0
    (view,) = json_of(capsys)
    assert view["branch"] == "main"
    assert view["release"] == "auto"
    overlays = view["overlays"]
    assert isinstance(overlays, list)
    assert overlays[0]["tag"] == "Version"
    assert (overlays[0]["archive"], overlays[0]["lines"]) == ("", [])
    assert str(view["defined_at"]).endswith("azldev.toml:" + str(view["defined_at"]).rpartition(":")[2])
    assert int(str(overlays[1]["defined_at"]).rpartition(":")[2]) == int(str(view["defined_at"]).rpartition(":")[2]) + 3


@pytest.mark.parametrize("command", ["query", "render", "diff"])
def test_nothing_selected_is_a_usage_error(farm: Farm, capsys: pytest.CaptureFixture[str], command: str) -> None:
    output = ["-o", "out"] if command == "render" else []
    assert farm("component", command, *output) == 2
    assert "-p GLOB, -g GROUP, or take all with -a" in capsys.readouterr().err


def test_an_unknown_component_or_group_is_named(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "query", "-p", "absent*") == 2
    assert "'absent*'" in capsys.readouterr().err
    assert farm("component", "query", "-g", "nothing") == 2
    assert "known are: core" in capsys.readouterr().err


def test_render_writes_whole_directories_and_only_what_changed(
    farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert farm("component", "render", "-g", "core", "-o", str(out), "-O", "json") == 0
    assert [(row["component"], row["changed"]) for row in json_of(capsys)] == [("demo", True), ("other", True)]
    assert "Version: 2.0" in (out / "d" / "demo" / "demo.spec").read_text()
    (out / "d" / "demo" / "stray").write_text("left behind")
    assert farm("component", "render", "-g", "core", "-o", str(out), "-O", "json") == 0
    assert [(row["component"], row["changed"]) for row in json_of(capsys)] == [("demo", True), ("other", False)]
    assert sorted(path.name for path in (out / "d" / "demo").iterdir()) == ["demo.spec"]
    assert sorted(path.name for path in out.glob("*/*")) == ["demo", "other"]


def test_render_can_bring_the_sources_too(farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    upstream = Upstream(tmp_path / "upstream")
    line = upstream.upload("other", "demo-1.0.tar.gz", b"tarball")
    upstream.commit("other", {"sources": line})
    out = tmp_path / "out"
    assert farm("component", "render", "-p", "other", "-o", str(out), "-n") == 0
    assert not out.exists()
    assert farm("component", "render", "-p", "other", "-o", str(out), "--with-sources") == 0
    assert "fetched demo-1.0.tar.gz, 7 bytes\n" in capsys.readouterr().err
    assert (out / "o" / "other" / "demo-1.0.tar.gz").read_bytes() == b"tarball"
    assert farm("component", "render", "-p", "other", "-o", str(out)) == 0
    assert sorted(path.name for path in (out / "o" / "other").iterdir()) == ["other.spec", "sources"]
    assert "yes" in capsys.readouterr().out


def test_render_does_not_touch_what_it_did_not_write(
    farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write_files(tmp_path / "out", {"d/demo/thesis.txt": "precious"})
    assert farm("component", "render", "-p", "demo", "-o", str(tmp_path / "out")) == 2
    assert (tmp_path / "out" / "d" / "demo" / "thesis.txt").read_text() == "precious"
    assert "no rendered component" in capsys.readouterr().err


def test_render_does_not_replace_what_it_reads(farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    project = tmp_path / "project" / "azldev.toml"
    project.write_text(project.read_text() + '[components.own.spec]\ntype = "local"\npath = "specs/o/own/own.spec"\n')
    spec = tmp_path / "project" / "specs" / "o" / "own" / "own.spec"
    write_files(tmp_path / "project", {"specs/o/own/own.spec": SPEC})
    assert farm("component", "render", "-p", "own", "-o", str(tmp_path / "project" / "specs")) == 2
    assert str(spec) in capsys.readouterr().err
    assert spec.read_text() == SPEC


@pytest.fixture
def keeping(farm: Farm, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the directory in which the project keeps its rendered specs, fresh."""
    project = tmp_path / "project" / "azldev.toml"
    text = project.read_text().replace("[project]", '[project]\nrendered-specs-dir = "specs"', 1)
    project.write_text(text.replace('overlays = [{ type = "spec-remove-tag", tag = "Epoch" }]', ""))
    assert farm("component", "render", "-a") == 0
    capsys.readouterr()
    return tmp_path / "project" / "specs"


def test_check_is_a_gate_against_drift(farm: Farm, capsys: pytest.CaptureFixture[str], keeping: Path) -> None:
    assert farm("component", "render", "-a", "--check", "-O", "json") == 0
    assert json_of(capsys) == []
    spec = keeping / "d" / "demo" / "demo.spec"
    edited = spec.read_text() + "\n# edited by hand\n"
    spec.write_text(edited)
    assert farm("component", "render", "-a", "--check-only", "-O", "json") == 1
    captured = capsys.readouterr()
    assert [row["component"] for row in json.loads(captured.out)] == ["demo"]
    assert "error[PRJ024]: 1 of 3 rendered components are out of date" in captured.err
    assert spec.read_text() == edited
    assert farm("component", "render", "-a") == 0
    assert farm("component", "render", "-a", "--check") == 0


def test_what_the_project_has_no_more_is_stale(farm: Farm, capsys: pytest.CaptureFixture[str], keeping: Path) -> None:
    write_files(keeping, {"g/gone/gone.spec": SPEC, "g/notes/README": "ours", "x/gone/gone.spec": SPEC})
    assert farm("component", "render", "-a", "--check") == 0
    assert farm("component", "render", "-a", "--check", "--clean-stale") == 1
    assert "gone" in capsys.readouterr().err
    assert (keeping / "g" / "gone").exists()
    assert farm("component", "render", "-a", "--clean-stale") == 0
    assert sorted(str(path.relative_to(keeping)) for path in keeping.glob("[gx]/*")) == ["g/notes", "x/gone"]
    assert farm("component", "render", "-p", "demo", "--clean-stale") == 2


def test_without_rendered_specs_a_place_must_be_named(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "render", "-p", "demo") == 3
    assert "error[PRJ030]" in capsys.readouterr().err


def test_a_broken_component_stops_or_is_left_behind(
    farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert farm("component", "render", "-a", "-k", "-o", str(out), "-O", "json") == 3
    captured = capsys.readouterr()
    assert [row["component"] for row in json.loads(captured.out)] == ["demo", "other"]
    assert "broken: error[OVL001]" in captured.err
    assert "1 of 3 components failed" in captured.err
    assert not (out / "b" / "broken").exists()
    assert farm("component", "render", "-p", "broken", "-o", str(out)) == 3


def test_diff_shows_upstream_to_rendered(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "diff", "-p", "demo") == 0
    text = capsys.readouterr().out
    assert text.startswith("--- a/demo.spec\n+++ b/demo.spec\n")
    assert "\n-Version: 1.0\n+Version: 2.0\n" in text
    assert "\n+make docs\n" in text


def test_diff_tells_overlays_apart(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "diff", "-p", "demo", "--per-overlay", "-O", "json") == 0
    rows = json_of(capsys)
    assert len(rows) == 4
    assert "spec-set-tag Version" in str(rows[0]["overlay"])
    assert "+make docs" not in str(rows[0]["diff"])
    assert "+make docs" in str(rows[1]["diff"])
    assert "added by the farm" in str(rows[2]["overlay"])
    assert str(rows[3]["why"]) == "release and changelog that history gives"
    assert "+%changelog" in str(rows[3]["diff"])


def test_a_diff_that_is_kept_in_a_file_says_whose_it_is(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "diff", "-p", "demo", "--per-overlay") == 0
    first, second, *_ = capsys.readouterr().out.split("--- a/demo.spec\n")
    assert first.startswith("# demo: spec-set-tag Version (")
    assert first.endswith("# newer\n")
    assert "\n# demo: spec-append-lines %build (" in second


def test_diff_is_a_table_cell_where_that_is_asked_for(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("component", "diff", "-p", "demo", "-O", "csv") == 0
    header, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert header == ["component", "overlay", "why", "diff"]
    assert row[:3] == ["demo", "", ""]
    assert "\n+Version: 2.0\n" in row[3]


def test_check_tries_every_overlay_where_that_is_asked_for(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    assert farm("project", "check", "--overlays") == 3
    assert "an overlay of component 'broken' does not apply" in capsys.readouterr().err
    assert farm("project", "check", "-O", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["components"], report["overlays"], report["rendered"]) == (3, 3, 0)
    assert (report["warnings"], report["findings"]) == (0, [])


def test_check_warns_and_refuses(farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "project" / "azldev.toml"
    path.write_text(path.read_text() + "[components.new.build]\nundefines = ['x']\n")
    assert farm("project", "check") == 0
    output = capsys.readouterr()
    assert "warning: new: `build.undefines` has 'x'" in output.err
    assert "warnings    1" in output.out
    path.write_text(path.read_text() + "[[components.new.overlays]]\ntype = 'patch-add'\nsource = 'none.patch'\n")
    assert farm("project", "check") == 3
    assert "error[PRJ023]" in (err := capsys.readouterr().err)
    assert "none.patch is not there" in err


def test_check_with_overlays_warns_of_what_they_do_to_the_spec(
    farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "project" / "azldev.toml"
    added = "[[components.other.overlays]]\ntype = 'spec-add-tag'\ntag = 'Version'\nvalue = '3'\n"
    path.write_text(path.read_text() + added)
    assert farm("project", "check", "--overlays", "-k") == 3
    assert "warning: other: overlay `spec-add-tag` adds a second `Version`" in capsys.readouterr().err
    assert farm("project", "check", "-O", "json") == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_the_schema_is_json(farm: Farm, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, key in ((("schema",), "components"), (("schema", "--overlay-file"), "overlays")):
        assert farm("project", *arguments) == 0
        schema = json.loads(capsys.readouterr().out)
        shape = schema["$ref"].rpartition("/")[2]
        assert key in schema["$defs"][shape]["properties"]


def test_check_says_where_a_key_is_wrong(farm: Farm, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "project" / "azldev.toml"
    path.write_text(path.read_text() + "[components.demo.bild]\n")
    lines = len(path.read_text().splitlines())
    assert farm("project", "check") == 3
    err = capsys.readouterr().err
    assert "error[PRJ002]" in err or f"azldev.toml:{lines}" in err
    path.write_text(path.read_text().replace("[components.demo.bild]", "[components.new.bild]"))
    assert farm("project", "check") == 3
    assert (
        f"azldev.toml:{lines}: unknown key `bild` in `components.new`; did you mean `build`?" in capsys.readouterr().err
    )
    assert farm("project", "check", "--permissive-config") == 0
