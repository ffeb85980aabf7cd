from io import BytesIO

import pytest
from builders.rpm_file import rpm_bytes
from hypothesis import given
from hypothesis import strategies as st

from repo_publish.signature_header import (
    RESERVED_TAG,
    SIGNATURE_TAG,
    BadSignatureHeaderError,
    Entry,
    read_front,
    signed_front,
    write_header,
)

LEAD = b"\xed\xab\xee\xdb".ljust(96, b"\0")
MAIN = b"\x8e\xad\xe8\x01\0\0\0\0" + b"\0\0\0\1" + b"\0\0\0\4" + bytes(16) + b"data"
SIZE = Entry(tag=1000, type=4, count=1, data=b"\0\0\1\0")
TEXT = Entry(tag=269, type=6, count=1, data=b"text\0")
RESERVED = Entry(tag=RESERVED_TAG, type=7, count=200, data=bytes(200))


def rpm(*entries: Entry, payload: bytes = b"payload") -> bytes:
    header = write_header(list(entries))
    return LEAD + header + bytes(-len(header) % 8) + MAIN + payload


def sign(content: bytes, signature: bytes = b"signature") -> bytes:
    front = read_front(BytesIO(content))
    return signed_front(front, signature) + content[front.main_offset :]


def test_signature_is_put_in_and_found_again() -> None:
    content = rpm(TEXT, SIZE)
    signed = sign(content)
    front = read_front(BytesIO(signed))
    assert front.signature == b"signature"
    assert front.main_header == MAIN
    assert signed.endswith(MAIN + b"payload")
    assert {entry.tag for entry in front.signatures} == {269, SIGNATURE_TAG, 1000}
    assert read_front(BytesIO(content)).signature == b""


@given(st.binary(min_size=1, max_size=300), st.integers(0, 400))
def test_reserved_space_keeps_the_size(signature: bytes, reserved: int) -> None:
    content = rpm(TEXT, SIZE, Entry(tag=RESERVED_TAG, type=7, count=reserved, data=bytes(reserved)))
    signed = sign(content, signature)
    if len(signature) + 16 < reserved:
        assert len(signed) == len(content)
    front = read_front(BytesIO(signed))
    assert front.signature == signature
    assert front.main_offset % 8 == 0


def test_signing_twice_is_refused() -> None:
    with pytest.raises(BadSignatureHeaderError, match="signed already"):
        sign(sign(rpm(TEXT, RESERVED)))


def test_header_without_a_region_is_refused() -> None:
    with pytest.raises(BadSignatureHeaderError):
        read_front(BytesIO(rpm_bytes()))


@pytest.mark.parametrize("length", range(0, len(rpm(TEXT)) - len(b"payload"), 7))
def test_truncated_file_is_refused(length: int) -> None:
    with pytest.raises(BadSignatureHeaderError):
        read_front(BytesIO(rpm(TEXT)[:length]))


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    for content in (garbage, LEAD + garbage, LEAD + b"\x8e\xad\xe8\x01\0\0\0\0" + garbage):
        with pytest.raises(BadSignatureHeaderError):
            read_front(BytesIO(content))


@given(st.data())
def test_damaged_header_never_crashes(data: st.DataObject) -> None:
    content = bytearray(rpm(TEXT, SIZE, RESERVED))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(96, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        sign(bytes(content))
    except BadSignatureHeaderError:
        return


@pytest.mark.parametrize(
    "claim", [b"\xff\xff\xff\xff\0\0\0\0", b"\0\0\0\0\xff\xff\xff\xff", b"\0\0\xff\xff\x7f\xff\xff\xff"]
)
def test_huge_claims_cost_no_memory(claim: bytes) -> None:
    with pytest.raises(BadSignatureHeaderError):
        read_front(BytesIO(LEAD + b"\x8e\xad\xe8\x01\0\0\0\0" + claim + b"x" * 100))
