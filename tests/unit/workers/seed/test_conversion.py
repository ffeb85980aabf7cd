from dataclasses import replace
from pathlib import Path

import pytest

from farm.arch import arch_named
from farm.digest import digest_bytes
from workers.seed.conversion import Conversion
from workers.seed.deb_file import DebFile
from workers.seed.name_table import NameTable, Row

NAMES = NameTable(python="3.13", ignored=("dpkg",), rows={"gcc": Row(requires=["libc6-dev"])})
NATIVE = DebFile(filename="gcc_4%3a14_amd64.deb", size=1, digest=digest_bytes(b"1"))
FOR_ALL = DebFile(filename="flit_1_all.deb", size=1, digest=digest_bytes(b"2"))
CONVERSION = Conversion(arch=arch_named("x86_64"), names=NAMES, root=Path("/root"), rpm="4.20.1")


@pytest.mark.parametrize(
    "other",
    [
        replace(CONVERSION, arch=arch_named("aarch64")),
        replace(CONVERSION, rpm="4.20.2"),
        replace(CONVERSION, names=replace(NAMES, rows={})),
        replace(CONVERSION, names=replace(NAMES, ignored=())),
        replace(CONVERSION, names=replace(NAMES, python="3.14")),
    ],
)
def test_whatever_reaches_the_bytes_reaches_the_key(other: Conversion) -> None:
    assert other.key(NATIVE) != CONVERSION.key(NATIVE)


def test_a_root_in_another_place_or_the_row_of_another_package_changes_nothing() -> None:
    rows = {**NAMES.rows, "bash": Row(names=["sh"])}
    other = replace(CONVERSION, root=Path("/elsewhere"), names=replace(NAMES, rows=rows))
    assert other.key(NATIVE) == CONVERSION.key(NATIVE)


def test_a_package_for_all_architectures_has_one_key() -> None:
    assert replace(CONVERSION, arch=arch_named("aarch64")).key(FOR_ALL) == CONVERSION.key(FOR_ALL)


def test_the_converter_is_told_the_architecture_as_data() -> None:
    job = replace(CONVERSION, arch=arch_named("aarch64")).job(NATIVE)
    assert (job.arch, job.debian_arch, job.isa, job.triplet) == (
        "aarch64",
        "arm64",
        "(aarch-64)",
        "aarch64-linux-gnu",
    )
    assert job.requires == ["libc6-dev"]
