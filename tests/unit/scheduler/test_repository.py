from dataclasses import replace
from pathlib import Path

import pytest
from builders.package_metadata import COMPRESS, document, package, repository, write_metadata, write_repository

from farm.nevra import Nevra
from scheduler.metadata_file import MetadataInvalidError, MetadataReadError
from scheduler.repository import read_repository, stage_repository

HELLO = package("hello", version="2.10-3", requires=["libc.so.6"])
EPOCH = package("passwd", version="1:4.17-5", arch="noarch")


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_packages_are_read_whatever_the_compression(tmp_path: Path, suffix: str) -> None:
    read = read_repository("seed", write_repository(tmp_path, EPOCH, HELLO, suffix=suffix), 99)

    assert (read.name, read.priority) == ("seed", 99)
    assert [str(it.nevra) for it in read.packages] == ["hello-2.10-3.x86_64", "passwd-1:4.17-5.noarch"]
    assert read.packages[0].digest == HELLO.digest
    assert read.packages[0].location == "Packages/hello-2.10-3.x86_64.rpm"


def test_the_order_of_the_metadata_reaches_nothing(tmp_path: Path) -> None:
    one = read_repository("seed", write_repository(tmp_path / "1", EPOCH, HELLO), 99)
    other = read_repository("seed", write_repository(tmp_path / "2", HELLO, EPOCH), 99)

    assert one.packages == other.packages
    assert one.primary == other.primary


def test_a_repository_without_filelists_can_be_read(tmp_path: Path) -> None:
    data = document("primary", [HELLO.primary])
    write_metadata(tmp_path, {"primary": (data, len(data))}, "")

    assert read_repository("seed", tmp_path, 99).filelists is None


def test_an_empty_repository_can_be_read(tmp_path: Path) -> None:
    assert read_repository("seed", write_repository(tmp_path), 99).packages == ()


def test_a_repository_without_primary_is_refused(tmp_path: Path) -> None:
    write_metadata(tmp_path, {"filelists": (b"<filelists/>", 12)}, "")

    with pytest.raises(MetadataInvalidError, match="no primary") as caught:
        read_repository("seed", tmp_path, 99)
    assert "filelists" in caught.value.why


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_repository(tmp_path, HELLO)
    (tmp_path / "repodata" / "primary.xml.gz").unlink()

    with pytest.raises(MetadataReadError, match=r"primary\.xml\.gz cannot be read"):
        read_repository("seed", tmp_path, 99)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("<name>hello</name>", "", "lacks its name"),
        ("<name>hello</name>", "<name> </name>", "empty name"),
        ("<name>hello</name>", "<name>../hello</name>", "sensible"),
        ("<name>hello</name>", "<name>hello&#10;x</name>", "sensible"),
        ('ver="2.10"', 'ver=""', "sensible"),
        ('epoch="0"', 'epoch="-1"', "epoch"),
        ('epoch="0"', f'epoch="{"9" * 5000}"', "epoch"),
        ('type="sha256"', 'type="sha"', "not identified by sha256"),
        (HELLO.digest, "abc", "valid checksum"),
        ('href="Packages/', 'href="../', "outside"),
        ('href="Packages/', 'xml:base="https://example.org/" href="Packages/', "another place"),
        ("<arch>x86_64</arch>", "", "lacks its arch"),
        ("</metadata>", "<package></package></metadata>", "lacks its name"),
        ("<package ", "<package><package ", "structure|well-formed"),
    ],
)
def test_a_wrong_package_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    text = document("primary", [HELLO.primary]).decode()
    assert old in text
    data = text.replace(old, new, 1).encode()
    write_metadata(tmp_path, {"primary": (data, len(data))}, "")

    with pytest.raises(MetadataInvalidError, match=reason):
        read_repository("seed", tmp_path, 99)


def test_one_nevra_with_two_checksums_is_refused() -> None:
    other = package("hello", version="2.10-3", requires=["something-else"])

    with pytest.raises(MetadataInvalidError, match=r"two different packages named hello-2\.10-3\.x86_64"):
        repository(HELLO, other)


def test_the_same_package_twice_is_once() -> None:
    assert repository(HELLO, HELLO) == repository(HELLO)


def test_results_of_the_stage_are_blobs_and_source_rpms_are_left_out() -> None:
    source = replace(HELLO.facts, nevra=Nevra.parse("hello-2.10-3.src"))

    stage = stage_repository("stage", [source, HELLO.facts])

    assert stage.priority == 0
    assert [(str(it.nevra), it.digest, it.location) for it in stage.packages] == [
        ("hello-2.10-3.x86_64", HELLO.digest, "")
    ]
