import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.projects import write_files

from farm.project.errors import OutsideProjectError
from farm.project.file_glob import find_files
from farm.project.footprint import Footprint

DEPTH = 1_500


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    names = ("m.toml", "a/x.toml", "a/b/y.toml", "z/w.toml", "a/.git/no.toml", "A.toml", "n.txt", "a-b.toml")
    return write_files(tmp_path, dict.fromkeys(names, ""))


def found(root: Path, pattern: str, footprint: Footprint | None = None) -> list[str]:
    files = find_files(f"{root}/{pattern}", footprint or Footprint(), lambda real: real.startswith(f"{root}/"))
    return [str(path.relative_to(root)) for path in files]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.toml", ["A.toml", "a-b.toml", "m.toml"]),
        ("**/*.toml", ["A.toml", "a-b.toml", "m.toml", "a/x.toml", "a/b/y.toml", "z/w.toml"]),
        ("*/*.toml", ["a/x.toml", "z/w.toml"]),
        ("a/**", ["a/b/y.toml", "a/x.toml"]),
        ("**/b/**/*.toml", ["a/b/y.toml"]),
        ("{z,a}/*.toml", ["a/x.toml", "z/w.toml"]),
        ("[mA].toml", ["A.toml", "m.toml"]),
        ("m.toml", ["m.toml"]),
        ("a", []),
        ("none/*.toml", []),
        ("m.toml/*", []),
        ("**/**/y.toml", ["a/b/y.toml"]),
    ],
)
def test_files_in_the_order_of_doublestar(tree: Path, pattern: str, expected: list[str]) -> None:
    assert found(tree, pattern) == expected


def test_links_are_followed_inside_and_not_in_a_circle(tree: Path) -> None:
    (tree / "a" / "b" / "up").symlink_to("../..")
    (tree / "c").symlink_to("a/b")
    outside = tree.parent / f"{tree.name}-outside"
    write_files(outside, {"secret.toml": ""})
    (tree / "out").symlink_to(outside)
    (tree / "loop").symlink_to("loop")
    files = found(tree, "**/*.toml")
    assert "c/y.toml" in files
    assert not [name for name in files if "secret" in name]
    assert len(files) < 100
    assert found(tree, "o*/*.toml") == []


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Make a tree so deep that no path names its end, and take it away again, which not every tool can."""
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(DEPTH):
        os.mkdir("d", dir_fd=here)
        here = _step(here, "d")
    yield tmp_path
    for _ in range(DEPTH):
        here = _step(here, "..")
        os.rmdir("d", dir_fd=here)
    os.close(here)


def _step(here: int, name: str) -> int:
    there = os.open(name, os.O_RDONLY, dir_fd=here)
    os.close(here)
    return there


def test_a_very_deep_tree_is_searched(deep: Path) -> None:
    assert found(deep, "**/*.toml") == []
    assert found(deep, "**") == []


def test_a_directory_that_cannot_be_searched_is_said(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> object:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(OutsideProjectError):
        found(tree, "**/*.toml")


def test_every_directory_that_was_searched_leaves_a_stamp(tree: Path) -> None:
    footprint = Footprint()
    found(tree, "**/*.toml", footprint)
    noted = set(footprint.stamps())
    assert {str(tree), f"{tree}/a", f"{tree}/a/b", f"{tree}/z"} <= noted
    assert f"{tree}/a/.git" not in noted
