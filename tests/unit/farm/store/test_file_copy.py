from pathlib import Path

import pytest

from farm.digest import digest_bytes
from farm.store.file_copy import copy_content, digest_of


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_the_content_is_copied(tmp_path: Path, size: int) -> None:
    (tmp_path / "one").write_bytes(b"x" * size)
    with (tmp_path / "one").open("rb") as source, (tmp_path / "other").open("wb") as target:
        source.read(1)
        copy_content(source, target)
    with (tmp_path / "other").open("rb") as copy:
        assert digest_of(copy) == digest_of(copy) == digest_bytes(b"x" * size)
