from pathlib import Path

import pytest

from farm.rendered_tree import ForeignDirectoryError, write_tree

FILES = {"x.spec": b"Name: x\n", "sub/file": b"y"}


def test_a_tree_is_written_whole_and_only_when_it_changes(tmp_path: Path) -> None:
    target = tmp_path / "out" / "x"
    assert write_tree(target, FILES, "x.spec")
    assert not write_tree(target, FILES, "x.spec")
    assert (target / "sub" / "file").read_bytes() == b"y"
    assert write_tree(target, {"x.spec": b"Name: x\n"}, "x.spec")
    assert [path.name for path in target.iterdir()] == ["x.spec"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["x"]


def test_an_empty_directory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert write_tree(tmp_path / "x", FILES, "x.spec")


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "x"
    write_tree(target, FILES, "x.spec")
    with pytest.raises(OSError, match="too long"):
        write_tree(target, {"x.spec": b"new", "z" * 300: b""}, "x.spec")
    assert (target / "x.spec").read_bytes() == b"Name: x\n"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("sort", ["directory", "file", "link"])
def test_what_somebody_else_made_stays(tmp_path: Path, sort: str) -> None:
    target = tmp_path / "x"
    if sort == "directory":
        target.mkdir()
        (target / "thesis").write_text("t")
    elif sort == "file":
        target.write_text("t")
    else:
        target.symlink_to(tmp_path)
    with pytest.raises(ForeignDirectoryError):
        write_tree(target, FILES, "x.spec")
