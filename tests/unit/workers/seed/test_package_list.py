import re
from pathlib import Path

import pytest

from workers.seed.package_list import read_list
from workers.seed.seed_error import SeedListError

LISTS = Path(__file__).parents[4] / "infra" / "seed"


def write(directory: Path, **files: str) -> Path:
    """Write `<name>.toml` for each keyword; return the first."""
    paths = []
    for name, text in files.items():
        path = directory / f"{name}.toml"
        path.write_text(text)
        paths.append(path)
    return paths[0]


def test_a_list_has_what_it_includes_sorted_and_once(tmp_path: Path) -> None:
    (tmp_path / "x.spec").write_text("")
    top = write(
        tmp_path,
        top='include = ["base.toml", "c.toml"]\npackages = ["gcc", "bash"]',
        base='suite = "trixie"\nnames = "names.toml"\npackages = ["bash", "awk"]\n[[local]]\nspec = "x.spec"',
        c='include = ["base.toml"]\npackages = ["make"]',
    )
    found = read_list(top)
    assert found.name == "top"
    assert found.suite == "trixie"
    assert found.packages == ("awk", "bash", "gcc", "make")
    assert found.names == tmp_path / "names.toml"
    assert found.local_specs == (tmp_path / "x.spec",)


GOOD = 'suite = "trixie"\nnames = "n.toml"\n'


@pytest.mark.hostile
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no packages"),
        (GOOD + "packages = []", "no packages"),
        (GOOD + 'package = ["bash"]', "unknown field `package`"),
        (GOOD + "packages = [1]", r"Expected `str`, got `int` - at `\$.packages\[0\]`"),
        (GOOD + 'packages = "bash"', "Expected `array`"),
        (GOOD + 'packages = ["bash"', "is no package list"),
        (GOOD + 'packages = ["-o Dir::Etc=/"]', "no Debian package name"),
        (GOOD + 'packages = ["--help"]', "no Debian package name"),
        (GOOD + 'packages = [""]', "no Debian package name"),
        ('names = "n.toml"\npackages = ["bash"]', "no suite"),
        ('suite = "trixie"\npackages = ["bash"]', "no names"),
        (GOOD + 'include = ["other.toml"]\npackages = ["bash"]', "more than one suite: sid, trixie"),
        (GOOD + 'include = ["bad.toml"]\npackages = ["bash"]', "bad.toml includes itself"),
        (GOOD + 'include = ["missing.toml"]\npackages = ["bash"]', "cannot read the package list"),
        (GOOD + 'packages = ["bash"]\n[[local]]\nspec = "none.spec"', "does not exist"),
        (GOOD + 'packages = ["bash"]\n[[local]]\nname = "none.spec"', "unknown field `name`"),
    ],
)
def test_a_list_that_is_wrong_is_refused_with_its_name(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, bad=text, other='suite = "sid"')
    with pytest.raises(SeedListError) as caught:
        read_list(path)
    said = f"{caught.value.what}\n{caught.value.why}"
    assert re.search(words, said)
    assert ".toml" in said
    assert caught.value.exit_status == 3


@pytest.mark.hostile
def test_a_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SeedListError):
        read_list(path)
    with pytest.raises(SeedListError):
        read_list(tmp_path)


@pytest.mark.parametrize("name", ["base", "c", "cmake-meson", "python", "client", "e2e-small", "demo"])
def test_the_lists_of_the_tree_can_be_read(name: str) -> None:
    found = read_list(LISTS / f"{name}.toml")
    assert found.suite == "trixie"
    assert "libc6" in found.packages


def test_the_demo_has_everything_that_the_other_lists_have() -> None:
    demo = set(read_list(LISTS / "demo.toml").packages)
    for name in ("base", "c", "cmake-meson", "python", "client"):
        assert set(read_list(LISTS / f"{name}.toml").packages) <= demo
