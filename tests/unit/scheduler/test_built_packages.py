from dataclasses import replace

import pytest
from builders.package_metadata import package

from farm.nevra import Nevra
from farm.source_package import BinaryPackage
from scheduler.built_packages import built_package, built_packages
from scheduler.metadata_file import MetadataInvalidError

ZLIB = package(
    "zlib-devel",
    version="1:1.3-2",
    provides=["pkgconfig(zlib) = 1.3", "odd >= 2:1-1", "bare"],
    requires=["zlib = 1:1.3-2", "(gcc or clang)"],
    files=["/usr/bin/tool"],
)


def test_provides_requires_and_files_are_read_as_rpm_writes_them() -> None:
    assert built_package(ZLIB.facts) == BinaryPackage(
        name="zlib-devel",
        provides=("/usr/bin/tool", "bare", "odd >= 2:1-1", "pkgconfig(zlib) = 1.3", "zlib-devel = 1:1.3-2"),
        requires=("(gcc or clang)", "zlib = 1:1.3-2"),
    )


def test_source_rpms_and_debug_packages_are_left_out() -> None:
    facts = [package(name).facts for name in ("b", "a", "a-debuginfo", "a-debugsource")]
    source = replace(package("a").facts, nevra=Nevra.parse("a-1-1.src"))

    assert [it.name for it in built_packages([*facts, source])] == ["a", "b"]


@pytest.mark.parametrize("primary", ["<package>", "<!DOCTYPE x>", "</metadata><metadata>"])
def test_damaged_metadata_is_refused(primary: str) -> None:
    with pytest.raises(MetadataInvalidError, match="metadata of zlib-devel"):
        built_package(replace(ZLIB.facts, primary=primary))
