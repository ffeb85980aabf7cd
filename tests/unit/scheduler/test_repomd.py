import hashlib
from pathlib import Path

import pytest
from builders.package_metadata import record, write_repomd

from scheduler.metadata_file import MAX_PLAIN_BYTES, MetadataInvalidError, MetadataReadError
from scheduler.repomd import MetadataRecord, read_metadata, read_repomd

DATA = b"<metadata/>"
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_records_are_read_by_kind(tmp_path: Path) -> None:
    write_repomd(
        tmp_path, [record("primary", "repodata/p.xml", SHA256, open_size="11"), record("other", "repodata/o", "00")]
    )

    found = read_repomd(tmp_path)

    assert sorted(found) == ["other", "primary"]
    assert found["primary"] == MetadataRecord(
        kind="primary", location="repodata/p.xml", algorithm="sha256", checksum=SHA256, open_size=11
    )


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_a_file_with_the_right_checksum_is_read(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "p.xml").write_bytes(DATA)
    checksum = hashlib.new(algorithm, DATA).hexdigest()
    write_repomd(tmp_path, [record("primary", "p.xml", checksum.upper(), algorithm=algorithm)])

    assert read_metadata(tmp_path, read_repomd(tmp_path)["primary"]).plain() == DATA


def test_a_file_with_another_checksum_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.xml").write_bytes(DATA + b" ")
    write_repomd(tmp_path, [record("primary", "p.xml", SHA256)])

    with pytest.raises(MetadataReadError, match=r"p\.xml is not the file") as caught:
        read_metadata(tmp_path, read_repomd(tmp_path)["primary"])
    assert SHA256 in caught.value.why
    assert caught.value.exit_status == 8


def test_no_repomd_is_named(tmp_path: Path) -> None:
    with pytest.raises(MetadataReadError, match=r"repodata/repomd\.xml cannot be read"):
        read_repomd(tmp_path)


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([record("primary", "p.xml", SHA256)] * 2, "twice"),
        ([record("primary", "p.xml", SHA256, algorithm="md5")], "'md5' alone"),
        ([record("primary", "p.xml", SHA256, algorithm="shake_128")], "alone"),
        ([record("primary", "../p.xml", SHA256)], "outside"),
        ([record("primary", "/p.xml", SHA256)], "outside"),
        ([record("primary", "p.xml", SHA256, open_size="many")], "open-size"),
        ([record("primary", "p.xml", SHA256, open_size="9" * 5000)], "open-size"),
        ([record("primary", "p.xml", SHA256, open_size=str(MAX_PLAIN_BYTES + 1))], "larger"),
        (['<data type="primary"/>'], "lacks"),
        ([record("", "p.xml", SHA256)], "lacks"),
    ],
)
def test_a_wrong_record_is_refused(tmp_path: Path, records: list[str], reason: str) -> None:
    write_repomd(tmp_path, records)

    with pytest.raises(MetadataInvalidError, match=reason):
        read_repomd(tmp_path)
