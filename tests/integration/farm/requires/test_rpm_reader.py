"""rpmspec over the host's own rpm, many specs to a sandbox."""

import os
import shutil
from pathlib import Path

import pytest
from builders.spec_readers import NO_MACROS, macro_set, spec_file, spec_text

from farm.requires.errors import RpmMissingError
from farm.requires.fast_reader import FastReader
from farm.requires.reading import RenderedSpec
from farm.requires.reading_cache import CachedReader
from farm.requires.rpm_reader import BATCH, RpmReader
from farm.sandbox.mount_namespace import isolate_mounts

pytestmark = pytest.mark.integration


@pytest.fixture
def reader(tmp_path: Path) -> RpmReader:
    if shutil.which("rpmspec") is None or os.geteuid():
        pytest.skip("no rpmspec on this machine, or no root to make sandboxes with their limits")
    isolate_mounts()
    tmp_path.chmod(0o755)
    return RpmReader(scratch=tmp_path / "scratch")


def specs(directory: Path, texts: dict[str, str]) -> list[RenderedSpec]:
    made = [spec_file(directory / "specs", text, name=name) for name, text in texts.items()]
    (directory / "specs").chmod(0o755)
    return made


def test_both_readers_say_the_same(reader: RpmReader, tmp_path: Path) -> None:
    tags = """\
Epoch: 2
BuildRequires: zlib-devel >= 1.2, (gcc or clang >= 15), %{?fromset}
Provides: bundled(thing) = 3
Requires: bash%{?_isa}
Source0: https://host/%{name}-%(c=0123456789; echo ${c:0:7}).tar.gz
Patch 1: one.patch
ExclusiveArch: x86_64 aarch64
%ifarch aarch64
BuildRequires: arm-only
%endif
%bcond maybe 1
%if %{with maybe}
BuildRequires: maybe
%endif
"""
    behind = """\
%package -n libx
Summary: Lib
BuildArch: noarch
%description -n libx
Lib
%post -n libx -p /usr/bin/python3
%files -n libx
%package never
Summary: It has no files
%description never
None
%prep
%if 0
%generate_buildrequires
%endif
"""
    dynamic = "%prep\n%generate_buildrequires\necho a\n"
    noarch = "BuildArch: noarch\n%ifarch noarch\nBuildRequires: of-noarch\n%endif\n"
    texts = {"one": spec_text(tags, behind), "two": spec_text("", dynamic), "three": spec_text(noarch)}
    found = specs(tmp_path, texts)
    macros = macro_set("%fromset from-the-set\n")
    for arch in ("x86_64", "aarch64"):
        truth = reader.read(found, macros=macros, arch=arch)
        fast = FastReader().read(found, macros=macros, arch=arch)
        for one, other in zip(truth, fast, strict=True):
            assert one.error == ""
            for field in ("source", "build_requires", "dynamic", "packages", "exclusive_arch", "excluded", "sources"):
                assert getattr(one, field) == getattr(other, field), (arch, one.component, field)
            assert (one.patches, one.build_arch) == (other.patches, other.build_arch)


def test_more_specs_than_a_batch_come_in_the_order_asked(reader: RpmReader, tmp_path: Path) -> None:
    texts = {f"s{number}": spec_text(f"BuildRequires: n{number}\n") for number in range(BATCH + 3, 0, -1)}
    readings = reader.read(specs(tmp_path, texts), macros=NO_MACROS, arch="x86_64")
    assert [reading.build_requires for reading in readings] == [(f"n{name[1:]}",) for name in texts]


def test_a_spec_that_rpm_refuses_is_in_rpm_s_words(reader: RpmReader, tmp_path: Path) -> None:
    texts = {"bad": spec_text("Nonsense: 1\n"), "good": spec_text("")}
    bad, good = reader.read(specs(tmp_path, texts), macros=NO_MACROS, arch="x86_64")
    assert bad.error.startswith("line 6: ")
    assert "Unknown tag" in bad.error
    assert not bad.transient
    assert good.error == ""


def test_files_beside_the_spec_are_part_of_what_is_remembered(reader: RpmReader, tmp_path: Path) -> None:
    (spec,) = specs(tmp_path, {"x": spec_text("BuildRequires: %(cat %{_sourcedir}/wanted)\n")})
    cached = CachedReader(reader=reader, directory=tmp_path / "cache")
    for wanted in ("one", "two"):
        (spec.path.parent / "wanted").write_text(wanted)
        for _ in range(2):
            (reading,) = cached.read([spec], macros=NO_MACROS, arch="x86_64")
            assert reading.build_requires == (wanted,)


def test_a_machine_without_rpm_is_told_so(reader: RpmReader, tmp_path: Path) -> None:
    without = RpmReader(scratch=reader.scratch, config_directory=tmp_path / "nowhere")
    with pytest.raises(RpmMissingError, match="no macros"):
        without.read(specs(tmp_path, {"x": spec_text("")}), macros=NO_MACROS, arch="x86_64")


def test_nothing_is_left(reader: RpmReader, tmp_path: Path) -> None:
    reader.read(specs(tmp_path, {"x": spec_text("")}), macros=NO_MACROS, arch="x86_64")
    assert list(reader.scratch.iterdir()) == []
