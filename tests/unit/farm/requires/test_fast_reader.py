from pathlib import Path

import pytest
from builders.spec_readers import macro_set, read_fast, spec_text

from farm.digest import digest_bytes
from farm.requires.fast_reader import FastReader
from farm.requires.reading import BesideFile, PackageReading


def test_all_that_a_spec_says(tmp_path: Path) -> None:
    tags = """\
Epoch: 2
BuildRequires: zlib-devel >= 1.2, (gcc or clang >= 15)
BuildRequires: perl(Foo::Bar), zlib-devel >= 1.2
Provides: bundled(thing) = 3
Requires: bash%{?_isa}
Source0: https://host/%{name}-%{version}.tar.gz
Patch 1: one.patch
ExclusiveArch: x86_64 aarch64
"""
    behind = """\
%package -n libx
Summary: Lib
BuildArch: noarch
BuildRequires: from-a-subpackage
Requires(post): %{name}-other = %{version}-%{release}
%description -n libx
%post -n libx -p /usr/bin/python3
%files -n libx
%package never
%description never
%package -n x-debuginfo
%files -n x-debuginfo
%generate_buildrequires
echo a
%changelog
* %unbalanced{
"""
    reading = read_fast(tmp_path, spec_text(tags, behind))
    assert reading.error == ""
    assert str(reading.source) == "x-2:1-1.src"
    assert reading.build_requires == (
        "(gcc or clang >= 15)",
        "from-a-subpackage",
        "perl(Foo::Bar)",
        "zlib-devel >= 1.2",
    )
    assert reading.dynamic
    assert reading.packages == (
        PackageReading(
            name="x",
            arch="x86_64",
            provides=("bundled(thing) = 3", "x = 2:1-1", "x(x86-64) = 2:1-1"),
            requires=("bash(x86-64)",),
        ),
        PackageReading(
            name="libx", arch="noarch", provides=("libx = 2:1-1",), requires=("/usr/bin/python3", "x-other = 1-1")
        ),
    )
    assert reading.sources == ("x-1.tar.gz",)
    assert reading.patches == ("one.patch",)
    assert reading.exclusive_arch == ("x86_64", "aarch64")
    assert reading.excluded == ""
    assert reading.guesses == ()


@pytest.mark.parametrize(
    ("tags", "arch", "expected"),
    [
        ("%ifarch aarch64\nBuildRequires: a\n%else\nBuildRequires: b\n%endif", "aarch64", ("a",)),
        ("%ifarch aarch64\nBuildRequires: a\n%else\nBuildRequires: b\n%endif", "x86_64", ("b",)),
        ("%if 0\nBuildRequires: a\n%elif 1\nBuildRequires: b\n%else\nBuildRequires: c\n%endif", "x86_64", ("b",)),
        ("%if 0\n%if 1\nBuildRequires: a\n%endif\n%else\nBuildRequires: b\n%endif", "x86_64", ("b",)),
        ("%if 0%{?fedora} > 40 && !0%{?rhel}\nBuildRequires: a\n%endif", "x86_64", ("a",)),
        ("%bcond x 1\n%if %{with x}\nBuildRequires: a\n%endif", "x86_64", ("a",)),
        ("%global add() BuildRequires: %1\\\nBuildRequires: %2\\\n%{nil}\n%add a b", "x86_64", ("a", "b")),
        ("BuildArch: noarch\n%ifarch noarch\nBuildRequires: a\n%endif\n", "x86_64", ("a",)),
        ("BuildRequires: %{py3_dist A.b C}", "x86_64", ("python3dist(a-b)", "python3dist(c)")),
        ("%ifnos windows\nBuildRequires: a\n%endif", "x86_64", ("a",)),
    ],
)
def test_conditions_and_macros(tmp_path: Path, tags: str, arch: str, expected: tuple[str, ...]) -> None:
    macros = macro_set("%fedora 43\n%python3_pkgversion 3\n%py3_dist() %{lua: print()}\n")
    reading = read_fast(tmp_path, spec_text(tags), macros=macros, arch=arch)
    assert (reading.error, reading.build_requires) == ("", expected)


def test_scripts_define_what_later_packages_need(tmp_path: Path) -> None:
    behind = "%build\n%global needs a\nmake %{?_smp_mflags} \\\n%if 1\n  x\n%endif\n%package b\nBuildRequires: %needs\n"
    assert read_fast(tmp_path, spec_text("", behind)).build_requires == ("a",)


def test_architectures_of_packages_behind_a_script(tmp_path: Path) -> None:
    behind = (
        "%build\nmake\n%ifarch %{java_arches}\n%files java\n%endif\n%ifnarch %{java_arches}\n%files other\n%endif\n"
    )
    reading = read_fast(tmp_path, spec_text("", behind), macros=macro_set("%java_arches x86_64\n"))
    assert [package.name for package in reading.packages] == ["x", "x-java"]


def test_a_subpackage_s_version_is_the_version_from_there_on(tmp_path: Path) -> None:
    behind = "%package a\nVersion: 2\nProvides: p = %{version}\n%files a\n"
    assert "p = 2" in read_fast(tmp_path, spec_text("", behind)).packages[1].provides


def test_packages_that_a_macro_writes(tmp_path: Path) -> None:
    macros = macro_set("%python_extras_subpkg(n:i:f:FaA) %{lua: print()}\n")
    reading = read_fast(
        tmp_path,
        spec_text("", "%python_extras_subpkg -n x -a -i /x one,two\n%package last\n%files last\n"),
        macros=macros,
    )
    assert [package.name for package in reading.packages] == ["x", "x+one", "x+two", "x-last"]
    assert reading.packages[1].requires == ("x = 1-1",)
    assert reading.packages[1].arch == "noarch"


def test_files_beside_the_spec(tmp_path: Path) -> None:
    tags = "%{load:%{_sourcedir}/own.macros}\n%include more.inc\nBuildRequires: %{own}\n"
    reading = read_fast(tmp_path, spec_text(tags), own_macros=b"%own from-a-file\n", more_inc=b"BuildRequires: b\n")
    assert reading.build_requires == ("b", "from-a-file")
    assert reading.beside == (
        BesideFile(name="more.inc", digest=digest_bytes(b"BuildRequires: b\n")),
        BesideFile(name="own.macros", digest=digest_bytes(b"%own from-a-file\n")),
    )


def test_a_file_that_is_not_there_is_remembered_as_such(tmp_path: Path) -> None:
    reading = read_fast(tmp_path, spec_text("%{load:%{_sourcedir}/gone.macros}\n"))
    assert reading.beside == (BesideFile(name="gone.macros", digest=None),)
    assert reading.guesses == ("load",)


def test_excluded_architectures(tmp_path: Path) -> None:
    reading = read_fast(tmp_path, spec_text("ExcludeArch: aarch64\n"), arch="aarch64")
    assert reading.excluded == "Architecture is excluded: aarch64 (ExcludeArch: aarch64)"


def test_an_epoch_of_zero_is_written_where_it_is_said(tmp_path: Path) -> None:
    assert read_fast(tmp_path, spec_text("Epoch: 0\nBuildArch: noarch\n")).packages[0].provides == ("x = 0:1-1",)


@pytest.mark.parametrize("text", ["", "Version: 1\n", "Name: x\n"])
def test_a_spec_without_name_or_version_cannot_be_read(tmp_path: Path, text: str) -> None:
    reading = read_fast(tmp_path, text)
    assert "no Name or no Version" in reading.error
    assert reading.source is None


def test_the_macros_of_rpm_itself(tmp_path: Path) -> None:
    macros = macro_set("%_rpmconfigdir %{getconfdir}\n%bcond() %{lua:}\n")
    reading = read_fast(tmp_path, spec_text("%bcond x 1\nBuildRequires: %{_rpmconfigdir}/x %{with x}\n"), macros=macros)
    assert (reading.error, reading.build_requires) == ("", ("/usr/lib/rpm/x", "1"))


def test_its_version_stands_for_its_code() -> None:
    assert FastReader().version == FastReader().version
    assert len(FastReader().version) == 64
