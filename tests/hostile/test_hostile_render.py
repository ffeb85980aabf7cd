"""Rendering onto a disk that is full: nothing half-written, and the next run is clean."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import write_files
from builders.small_disk import fill, small_disk

from farm.cli.main import run

pytestmark = pytest.mark.hostile

NAMES = ("a", "b", "c")
Farm = Callable[..., int]


@pytest.fixture(name="farm")
def _farm(own_directories: Path) -> Farm:
    upstream = Upstream(own_directories / "upstream")
    for name in NAMES:
        upstream.commit(name, {f"{name}.spec": SPEC.replace("demo", name)})
    components = "".join(f"[components.{it}]\n" for it in NAMES)
    write_files(own_directories / "project", {"azldev.toml": upstream.project_table + components})
    return lambda *arguments: run(["-C", str(own_directories / "project"), *arguments])


def files_of(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_a_full_disk_leaves_what_was_rendered_and_the_next_run_goes_on(
    farm: Farm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "small") as disk:
        out = disk / "out"
        assert farm("component", "render", "-p", "b", "-o", str(out)) == 0
        table = tmp_path / "project" / "azldev.toml"
        table.write_text(table.read_text() + '[[components.b.overlays]]\ntype = "spec-set-tag"\n')
        table.write_text(table.read_text() + 'tag = "Version"\nvalue = "2"\n')
        before = files_of(out)
        fill(disk)
        capsys.readouterr()

        assert farm("component", "render", "-a", "-o", str(out)) == 8
        assert "no space left on device" in capsys.readouterr().err
        assert files_of(out) == before
        assert [path.name for path in out.glob("*/*")] == ["b"]

        (disk / "rest").unlink()
        assert farm("component", "render", "-a", "-o", str(out), "-O", "json") == 0
        assert [row["changed"] for row in json.loads(capsys.readouterr().out)] == [True, True, True]
        assert farm("component", "render", "-a", "-o", str(out), "--check") == 0


def test_a_cache_on_a_full_disk_is_said_so_and_works_when_there_is_room(
    farm: Farm, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "small") as disk:
        fill(disk)
        monkeypatch.setenv("FARM_CACHE", str(disk / "cache"))
        status = farm("component", "render", "-a", "-o", str(tmp_path / "out"))
        assert (status, (tmp_path / "out").exists()) == (8, False)
        assert "no space left" in capsys.readouterr().err.lower()

        (disk / "rest").unlink()
        assert farm("component", "render", "-a", "-o", str(tmp_path / "out")) == 0
        assert sorted(path.name for path in (tmp_path / "out").glob("*/*")) == list(NAMES)
