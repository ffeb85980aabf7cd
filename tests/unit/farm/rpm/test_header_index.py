import io
import struct

import pytest
from builders.rpm_file import header_bytes, rpm_bytes
from hypothesis import given
from hypothesis import strategies as st

from farm.digest import digest_bytes
from farm.rpm.header_index import HEADER_MAGIC, HeaderError, read_header, read_raw

SIGNATURES = {"PGP": 1002, "GPG": 1005, "DSA": 267, "RSA": 268, "OpenPGP of rpm 6": 278}


def test_digests_are_found() -> None:
    raw = read_raw(io.BytesIO(rpm_bytes(payload=b"abc")))
    assert raw.payload == digest_bytes(b"abc")
    assert len(raw.header) == 64
    assert not raw.signed


@pytest.mark.parametrize("tag", SIGNATURES.values(), ids=SIGNATURES)
def test_any_kind_of_signature_counts(tag: int) -> None:
    assert read_raw(io.BytesIO(rpm_bytes(signature={tag: "signature"}))).signed


def test_a_tag_of_the_main_header_is_no_signature() -> None:
    """1005 is GPG in the signature header, DESCRIPTION in the main one."""
    data = rpm_bytes()
    assert not read_raw(io.BytesIO(data.replace(header_bytes({1000: "hello"}), b""))).signed
    assert read_header(io.BytesIO(header_bytes({1005: "words"}))).string(1005) == "words"


def test_a_missing_tag_is_empty() -> None:
    assert read_header(io.BytesIO(header_bytes({}))).string(1000) == ""


def test_the_first_of_two_entries_counts() -> None:
    entries = struct.pack(">IIII", 1000, 6, 0, 1) + struct.pack(">IIII", 1000, 6, 2, 1)
    data = HEADER_MAGIC + bytes(4) + struct.pack(">II", 2, 4) + entries + b"a\0b\0"
    assert read_header(io.BytesIO(data)).string(1000) == "a"


@pytest.mark.parametrize(
    ("kind", "offset", "data"), [(4, 0, b"abc\0"), (6, 0, b"abc"), (6, 4, b"abc\0"), (6, 2**31, b"abc\0")]
)
def test_a_tag_that_is_no_string_is_refused_or_left_out(kind: int, offset: int, data: bytes) -> None:
    entry = struct.pack(">IIII", 1000, kind, offset, 1)
    header = read_header(io.BytesIO(HEADER_MAGIC + bytes(4) + struct.pack(">II", 1, len(data)) + entry + data))
    try:
        assert header.string(1000) == ""
    except HeaderError:
        return


@given(st.integers(2**16 + 1, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_a_huge_claim_is_refused_before_anything_is_read(count: int, size: int) -> None:
    stream = io.BytesIO(HEADER_MAGIC + bytes(4) + struct.pack(">II", count, size))
    with pytest.raises(HeaderError, match="claims"):
        read_header(stream)


@given(st.integers(0, len(rpm_bytes()) - len(b"payload") - 1))
def test_a_file_cut_off_in_its_headers_is_refused(length: int) -> None:
    with pytest.raises(HeaderError):
        read_raw(io.BytesIO(rpm_bytes()[:length]))


@given(st.binary(max_size=400))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(HeaderError):
        read_raw(io.BytesIO(data))


@given(st.integers(0, len(rpm_bytes()) - 1), st.integers(1, 255))
def test_an_edited_byte_never_breaks_the_parser(position: int, change: int) -> None:
    data = bytearray(rpm_bytes())
    data[position] ^= change
    try:
        read_raw(io.BytesIO(bytes(data)))
    except HeaderError:
        return
