from pathlib import Path

import pytest
from builders.projects import write_files

from farm.project.boundary import Boundary
from farm.project.errors import OutsideProjectError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, {"outside.txt": "x", "project/a.toml": "", "project/b/c.toml": "", "project/b/d/e.toml": ""})
    return tmp_path / "project"


def names(root: Path, found: list[Path]) -> list[str]:
    return [str(path.relative_to(root)) for path in found]


def test_globs_find_files_in_lexical_order(root: Path) -> None:
    boundary = Boundary([root])
    assert names(root, boundary.glob(root, "**/*.toml", "here")) == ["a.toml", "b/c.toml", "b/d/e.toml"]
    assert names(root, boundary.glob(root / "b", "../*.toml", "here")) == ["a.toml"]
    assert boundary.glob(root, "a.toml", "here") == [root / "a.toml"]
    assert boundary.glob(root, "absent/*.toml", "here") == []
    assert boundary.glob(root, "b", "here") == []


@pytest.mark.parametrize("path", ["../outside.txt", "b/../../outside.txt", "/etc/passwd", "a\0b", "../**/*.txt"])
def test_a_path_may_not_leave(root: Path, path: str) -> None:
    with pytest.raises(OutsideProjectError) as caught:
        Boundary([root]).glob(root, path, "azldev.toml:3")
    assert "azldev.toml:3" in caught.value.why


def test_a_link_out_of_the_project_is_refused(root: Path) -> None:
    (root / "link.toml").symlink_to("../outside.txt")
    with pytest.raises(OutsideProjectError):
        Boundary([root]).glob(root, "*.toml", "here")
    with pytest.raises(OutsideProjectError):
        Boundary([root]).resolve(root / "link.toml", "here")


def test_a_circle_of_links_is_refused_and_one_of_directories_not_entered(root: Path) -> None:
    (root / "b" / "up").symlink_to("..")
    assert names(root, Boundary([root]).glob(root, "**/*.toml", "here")) == ["a.toml", "b/c.toml", "b/d/e.toml"]
    (root / "one.toml").symlink_to("two.toml")
    (root / "two.toml").symlink_to("one.toml")
    with pytest.raises(OutsideProjectError):
        Boundary([root]).glob(root, "*.toml", "here")


def test_a_link_inside_is_followed(root: Path) -> None:
    (root / "link.toml").symlink_to("b/c.toml")
    assert Boundary([root]).resolve(root / "link.toml", "here") == root / "b" / "c.toml"
