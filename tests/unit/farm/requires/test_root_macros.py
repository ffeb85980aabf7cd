from pathlib import Path

from builders.projects import write_files

from farm.requires.macro_table import macro_table
from farm.requires.root_macros import root_macros


def test_files_in_rpm_s_order_and_those_of_one_architecture(tmp_path: Path) -> None:
    places = [
        "etc/rpm/macros",
        "etc/rpm/macros.local",
        "usr/lib/rpm/macros",
        "usr/lib/rpm/macros.d/macros.b",
        "usr/lib/rpm/macros.d/macros.a",
        "usr/lib/rpm/macros.d/readme",
        "usr/lib/rpm/platform/aarch64-linux/macros",
        "usr/lib/rpm/platform/x86_64-linux/macros",
        "usr/lib/rpm/redhat/macros",
    ]
    write_files(tmp_path, {place: f"%last {number}\n" for number, place in enumerate(places)})
    found = root_macros(tmp_path, "x86_64")
    assert [file.path for file in found.files] == [
        "usr/lib/rpm/macros",
        "usr/lib/rpm/macros.d/macros.a",
        "usr/lib/rpm/macros.d/macros.b",
        "usr/lib/rpm/platform/x86_64-linux/macros",
        "usr/lib/rpm/redhat/macros",
        "etc/rpm/macros.local",
        "etc/rpm/macros",
    ]
    assert found.complete
    assert macro_table(found, "")["last"].body == "0"


def test_links_lead_nowhere(tmp_path: Path) -> None:
    write_files(tmp_path, {"out/macros.x": "%x 1\n", "root/usr/lib/rpm/macros": "%a 1\n"})
    (tmp_path / "root/usr/lib/rpm/macros.d").symlink_to(tmp_path / "out")
    (tmp_path / "root/etc/rpm").mkdir(parents=True)
    (tmp_path / "root/etc/rpm/macros").symlink_to("/etc/passwd")
    assert [file.path for file in root_macros(tmp_path / "root", "x86_64").files] == ["usr/lib/rpm/macros"]


def test_a_root_without_rpm_has_none(tmp_path: Path) -> None:
    assert root_macros(tmp_path, "x86_64").files == ()
