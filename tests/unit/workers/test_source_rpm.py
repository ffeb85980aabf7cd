"""What a source RPM calls itself is a text that the spec may have written."""

import pytest

from farm.digest import digest_bytes
from farm.source_package import RenderedSource, SourceFile
from workers import source_rpm
from workers.spec_errors import SpecError

SOURCE = RenderedSource(component="tiny", files=(SourceFile(name="tiny.spec", digest=digest_bytes(b"")),), epoch=1)


@pytest.mark.parametrize("said", [b"\xff", b"tiny", b"tiny-0:1-1.src\x80/"])
def test_impossible_name_is_an_error_of_the_spec(said: bytes) -> None:
    with pytest.raises(SpecError, match="impossible name"):
        source_rpm._nevra(SOURCE, said)
