from pathlib import Path

import hypothesis.strategies as st
import pytest
from builders.package_metadata import COMPRESS
from hypothesis import given

from scheduler.metadata_file import MetadataFile, MetadataInvalidError, MetadataReadError, read_stored

PLAIN = b"<metadata/>" * 100


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_every_format_is_decompressed_by_its_first_bytes(suffix: str) -> None:
    assert MetadataFile(name="a file", data=COMPRESS[suffix](PLAIN)).plain() == PLAIN


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2", ".zst"])
def test_members_one_after_the_other_are_read_as_one(suffix: str) -> None:
    data = COMPRESS[suffix](b"one ") + COMPRESS[suffix](b"two")

    assert MetadataFile(name="a file", data=data).plain() == b"one two"


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_exactly_the_limit_is_allowed_and_one_byte_more_is_not(suffix: str) -> None:
    data = COMPRESS[suffix](PLAIN)

    assert MetadataFile(name="a file", data=data, limit=len(PLAIN)).plain() == PLAIN
    with pytest.raises(MetadataInvalidError, match="a file"):
        MetadataFile(name="a file", data=data, limit=len(PLAIN) - 1).plain()


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2"])
def test_data_that_ends_early_is_an_error(suffix: str) -> None:
    data = COMPRESS[suffix](PLAIN)

    with pytest.raises(MetadataReadError, match="cannot be decompressed"):
        MetadataFile(name="a file", data=data[:-6]).plain()


@given(st.sampled_from([".gz", ".xz", ".bz2", ".zst"]), st.integers(0, 60), st.integers(0, 255))
def test_damage_gives_the_data_or_one_of_our_errors(suffix: str, place: int, value: int) -> None:
    data = bytearray(COMPRESS[suffix](PLAIN))
    data[place % len(data)] = value

    try:
        plain = MetadataFile(name="a file", data=bytes(data), limit=10_000).plain()
    except (MetadataReadError, MetadataInvalidError):
        return
    assert len(plain) <= 10_000


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MetadataReadError, match=r"primary\.xml cannot be read"):
        read_stored(tmp_path / "primary.xml")


def test_a_stored_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "primary.xml"
    path.write_bytes(b"12345")

    assert read_stored(path, limit=5) == b"12345"
    with pytest.raises(MetadataInvalidError, match="larger"):
        read_stored(path, limit=4)
