from pathlib import Path

import pytest

from farm.digest import digest_bytes
from workers.seed.apt_download import _download_error, broken
from workers.seed.deb_file import DebFile
from workers.seed.seed_error import MirrorError


def test_missing_truncated_and_edited_files_are_broken(tmp_path: Path) -> None:
    debs = []
    for name, content in {"good": b"0123", "edited": b"012x", "truncated": b"012"}.items():
        (tmp_path / f"{name}_1_all.deb").write_bytes(content)
        debs.append(DebFile(filename=f"{name}_1_all.deb", size=4, digest=digest_bytes(b"0123")))
    debs.append(DebFile(filename="missing_1_all.deb", size=4, digest=digest_bytes(b"0123")))
    assert [deb.package for deb in broken(tmp_path, debs)] == ["edited", "missing", "truncated"]


@pytest.mark.parametrize(
    "words", ["E: You don't have enough free space in /x.", "E: write (28: No space left on device)"]
)
def test_a_full_disk_is_not_the_mirrors_fault(words: str) -> None:
    error = _download_error("trixie", words)
    assert not isinstance(error, MirrorError)
    assert "space" in error.hint
    assert isinstance(_download_error("trixie", "E: Could not resolve host"), MirrorError)
