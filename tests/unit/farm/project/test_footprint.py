from pathlib import Path

from farm.project.footprint import Footprint, is_unchanged, newest_change, stamp


def test_what_is_noted_is_unchanged_until_it_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    footprint = Footprint()
    footprint.note(file)
    footprint.note(tmp_path / "absent")
    stamps = footprint.stamps()
    assert is_unchanged(stamps.items())
    assert stamps[str(tmp_path / "absent")] is None
    (tmp_path / "absent").write_text("")
    assert not is_unchanged(stamps.items())


def test_the_first_stamp_counts(tmp_path: Path) -> None:
    footprint = Footprint()
    footprint.note(tmp_path / "a")
    (tmp_path / "a").write_text("x")
    footprint.note(tmp_path / "a")
    assert footprint.stamps() == {str(tmp_path / "a"): None}


def test_paths_that_cannot_be(tmp_path: Path) -> None:
    assert stamp("\0") is None
    assert stamp("/" + "x" * 5000) is None
    assert newest_change([None]) == 0
    found = stamp(str(tmp_path))
    assert found is not None
    assert newest_change([None, found]) == tmp_path.stat().st_ctime_ns
