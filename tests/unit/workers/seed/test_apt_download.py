from pathlib import Path

from farm.digest import digest_bytes
from workers.seed.apt_download import broken
from workers.seed.deb_file import DebFile


def test_missing_truncated_and_edited_files_are_broken(tmp_path: Path) -> None:
    debs = []
    for name, content in {"good": b"0123", "edited": b"012x", "truncated": b"012"}.items():
        (tmp_path / f"{name}_1_all.deb").write_bytes(content)
        debs.append(DebFile(filename=f"{name}_1_all.deb", size=4, digest=digest_bytes(b"0123")))
    debs.append(DebFile(filename="missing_1_all.deb", size=4, digest=digest_bytes(b"0123")))
    assert [deb.package for deb in broken(tmp_path, debs)] == ["edited", "missing", "truncated"]
