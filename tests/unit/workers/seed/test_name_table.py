from pathlib import Path

import pytest

from workers.seed.name_table import NameTable, Row, read_names
from workers.seed.seed_error import SeedListError

TABLE = Path(__file__).parents[4] / "infra" / "seed" / "fedora-names.toml"


def test_a_development_package_has_fedoras_suffix_by_rule() -> None:
    table = NameTable(python="3.13", ignored=(), rows={"zlib1g-dev": Row(names=["zlib-devel"])})
    assert table.row("libxml2-dev").names == ["libxml2-devel"]
    assert table.row("zlib1g-dev").names == ["zlib-devel", "zlib1g-devel"]
    assert table.row("bash").names == []


@pytest.mark.parametrize(
    ("debian", "fedora"),
    [
        ("g++", "gcc-c++"),
        ("libc6", "glibc"),
        ("libc6-dev", "glibc-devel"),
        ("ninja-build", "ninja"),
        ("perl", "perl-interpreter"),
        ("perl", "perl-generators"),
        ("pkgconf", "pkgconf-pkg-config"),
        ("python3-dev", "python3-devel"),
        ("rpm", "rpm-build"),
        ("xz-utils", "xz"),
        ("zlib1g-dev", "zlib-devel"),
    ],
)
def test_the_table_knows_what_specs_ask_for(debian: str, fedora: str) -> None:
    assert fedora in read_names(TABLE).row(debian).names


def test_no_two_packages_claim_one_name() -> None:
    table = read_names(TABLE)
    claimed = [name for package in table.rows for name in table.row(package).names]
    assert sorted(set(claimed)) == sorted(claimed)


@pytest.mark.hostile
@pytest.mark.parametrize(
    "text",
    ["", "python = 3", 'python = "3.13"\n[package.a]\nname = []', 'python = "3.13"\nother = 1', "python = ", "\x00"],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text)
    with pytest.raises(SeedListError):
        read_names(path)


@pytest.mark.hostile
def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SeedListError, match="cannot read"):
        read_names(tmp_path / "none.toml")
