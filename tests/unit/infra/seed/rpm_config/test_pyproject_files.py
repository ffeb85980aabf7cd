from pathlib import Path

import pytest
from builders.rpm_config import load_script

files = load_script("pyproject_files")
SITE = "/usr/lib/python3/dist-packages"
RECORD = """\
one/__init__.py,,
one/__main__.py,,
one/data.txt,,
one-1.dist-info/METADATA,,
one-1.dist-info/licenses/LICENSE,,
two.py,,
../../../bin/one,,
"""


def make_buildroot(root: Path, record: str = RECORD) -> Path:
    directory = Path(f"{root}{SITE}/one-1.dist-info")
    directory.mkdir(parents=True)
    (directory / "RECORD").write_text(record)
    return root


def run(buildroot: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[list[str], list[str]]:
    lists = [buildroot / "files", buildroot / "modules"]
    options = ["--files", str(lists[0]), "--modules", str(lists[1]), "--buildroot", str(buildroot)]
    monkeypatch.setattr("sys.argv", ["pyproject_files.py", *options, *arguments])
    assert files.main() == 0
    return lists[0].read_text().splitlines(), lists[1].read_text().splitlines()


def test_chosen_modules_and_the_metadata_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, modules = run(make_buildroot(tmp_path), monkeypatch, "--assert-license", "one")
    assert listed == [
        f'%dir "{SITE}/one"',
        f'%dir "{SITE}/one-1.dist-info"',
        f'%dir "{SITE}/one-1.dist-info/licenses"',
        f'"{SITE}/one-1.dist-info/METADATA"',
        f'%license "{SITE}/one-1.dist-info/licenses/LICENSE"',
        f'"{SITE}/one/__init__.py"',
        f'"{SITE}/one/__main__.py"',
        f'"{SITE}/one/data.txt"',
    ]
    assert modules == ["one"]


def test_globs_and_auto_take_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed, modules = run(make_buildroot(tmp_path), monkeypatch, "*", "+auto")
    assert '"/usr/bin/one"' in listed
    assert f'"{SITE}/two.py"' in listed
    assert modules == ["one", "two"]


def test_a_glob_that_matches_nothing_ends_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="three"):
        run(make_buildroot(tmp_path), monkeypatch, "one", "three")


def test_a_missing_licence_ends_the_build_where_it_is_insisted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    buildroot = make_buildroot(tmp_path, "one/__init__.py,,\none-1.dist-info/METADATA,,\n")
    with pytest.raises(SystemExit, match="licence"):
        run(buildroot, monkeypatch, "--assert-license", "one")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{SITE}/one-1.dist-info/LICENSE.txt", True),
        (f"{SITE}/one-1.dist-info/licenses/any", True),
        (f"{SITE}/one-1.dist-info/METADATA", False),
        (f"{SITE}/one/LICENSE", False),
    ],
)
def test_licences_are_told_by_place_and_name(path: str, *, expected: bool) -> None:
    assert files.is_license(path) is expected
