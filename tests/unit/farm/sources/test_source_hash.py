import hashlib
from pathlib import Path

import pytest

from farm.sources.errors import WrongHashError
from farm.sources.source_hash import hash_of, verify_bytes, verify_file
from farm.sources.sources_file import SourceEntry

DATA = b"the bytes"


@pytest.mark.parametrize("hash_type", ["MD5", "SHA1", "SHA256", "SHA512"])
def test_right_bytes_pass_and_others_are_refused(hash_type: str, tmp_path: Path) -> None:
    digest = hashlib.new(hash_type.lower(), DATA, usedforsecurity=False).hexdigest()
    entry = SourceEntry(filename="a", hash_type=hash_type, hash=digest)
    path = tmp_path / "a"
    path.write_bytes(DATA)
    assert hash_of(path, hash_type) == digest
    verify_bytes(entry, DATA)
    verify_file(entry, path, "a test")
    path.write_bytes(b"other bytes")
    with pytest.raises(WrongHashError) as caught:
        verify_file(entry, path, "a test")
    assert digest in caught.value.why
    with pytest.raises(WrongHashError) as caught:
        verify_bytes(entry, b"other bytes")
    assert digest in caught.value.why
