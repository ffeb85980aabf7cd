import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.digest import digest_bytes, digest_file, is_digest, parse_digest

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.binary())
def test_bytes(data: bytes) -> None:
    assert digest_bytes(data) == hashlib.sha256(data).hexdigest()
    assert parse_digest(digest_bytes(data)) == digest_bytes(data)


def test_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert digest_file(tmp_path / "empty") == EMPTY
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    assert digest_file(tmp_path / "large") == digest_bytes(b"x" * 3_000_000)


@pytest.mark.parametrize("text", ["", "e3b0", EMPTY.upper(), EMPTY + "0", EMPTY + "\n", "g" * 64, "../" + EMPTY[3:]])
def test_parse_refuses_other_text(text: str) -> None:
    assert not is_digest(text)
    with pytest.raises(ValueError, match="not a sha256 digest"):
        parse_digest(text)
