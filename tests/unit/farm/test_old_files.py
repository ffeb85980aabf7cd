import os
from pathlib import Path

from farm.old_files import remove_old


def test_old_files_go_and_others_stay(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("a/old.json", "a/new.json", "a/old.txt"))
    for path in (old, new, other):
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (100, 300 if path is new else 100))
    assert remove_old(tmp_path, "*/*.json", older_than=200, dry_run=True) == [old]
    assert old.exists()
    assert remove_old(tmp_path, "*/*.json", older_than=200, dry_run=False) == [old]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["new.json", "old.txt"]
    assert remove_old(tmp_path / "gone", "*", older_than=200, dry_run=False) == []
