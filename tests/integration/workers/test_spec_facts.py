"""What real rpmspec says of specs, in the sandbox."""

from pathlib import Path

import pytest
from builders.specs import make_rendered, make_spec
from builders.workbench import Workbench

from farm.source_package import SpecFacts
from workers.spec_errors import SpecError
from workers.spec_facts import read_spec

pytestmark = pytest.mark.integration


def _read(bench: Workbench, spec: str, arch: str = "x86_64", files: dict[str, bytes] | None = None) -> SpecFacts:
    source = make_rendered(bench.store, spec, files=files)
    return read_spec(source, root=bench.root, arch=arch, store=bench.store, scratch=bench.scratch)


def test_all_that_a_spec_says(bench: Workbench) -> None:
    tags = """\
Epoch: 2
BuildRequires: zlib-devel >= 1.2, (gcc or clang >= 15)
BuildRequires: perl(Foo::Bar), zlib-devel >= 1.2
Provides: bundled(thing) = 3
Requires: bash%{?_isa}
%{echo:a word of the spec's own}"""
    packages = """
%package -n libtiny
Summary: Lib
Requires(post): coreutils
%description -n libtiny
Lib.
%files -n libtiny
%package never
Summary: It has no files
%description never
None.
"""
    facts = _read(bench, make_spec(noarch=False, tags=tags, packages=packages))
    assert str(facts.source) == "tiny-2:1-1.src"
    assert facts.build_requires == ("(gcc or clang >= 15)", "perl(Foo::Bar)", "zlib-devel >= 1.2")
    assert [package.name for package in facts.packages] == ["tiny", "libtiny"]
    assert facts.packages[0].provides == ("bundled(thing) = 3", "tiny = 2:1-1", "tiny(x86-64) = 2:1-1")
    assert facts.packages[0].requires == ("bash(x86-64)",)
    assert facts.packages[1].requires == ("coreutils",)
    assert not facts.dynamic
    assert facts.excluded == ""


def test_conditions_follow_the_architecture(bench: Workbench) -> None:
    spec = make_spec(noarch=False, tags="%ifarch aarch64\nBuildRequires: arm-only\n%endif")
    assert _read(bench, spec, "x86_64").build_requires == ()
    assert _read(bench, spec, "aarch64").build_requires == ("arm-only",)


@pytest.mark.parametrize("body", ["echo 'gcc'", "# nothing yet"])
def test_dynamic_requirements_are_seen(bench: Workbench, body: str) -> None:
    assert _read(bench, make_spec(generate=body)).dynamic


def test_dynamic_requirements_under_a_false_condition_are_not(bench: Workbench) -> None:
    spec = make_spec().replace("%build", "%if 0\n%generate_buildrequires\n%endif\n%build")
    assert not _read(bench, spec).dynamic


@pytest.mark.parametrize(
    ("tags", "noarch", "arch", "excluded"),
    [
        ("ExclusiveArch: x86_64", False, "x86_64", False),
        ("ExclusiveArch: x86_64", False, "aarch64", True),
        ("ExcludeArch: aarch64", False, "aarch64", True),
        ("ExcludeArch: aarch64", False, "x86_64", False),
        ("ExclusiveArch: x86_64 noarch", True, "x86_64", False),
        ("ExclusiveArch: x86_64 noarch", True, "aarch64", True),
        ("ExclusiveArch: x86_64", True, "x86_64", True),
    ],
)
def test_excluded_architectures(bench: Workbench, tags: str, noarch: bool, arch: str, excluded: bool) -> None:  # noqa: FBT001 - a table of cases
    facts = _read(bench, make_spec(noarch=noarch, tags=tags), arch)
    assert bool(facts.excluded) is excluded
    assert not excluded or tags in facts.excluded


def test_sources_can_be_read_by_the_spec(bench: Workbench) -> None:
    spec = make_spec(head="%{load:%{_sourcedir}/own.macros}", tags="BuildRequires: %{own}")
    assert _read(bench, spec, files={"own.macros": b"%own from-a-source\n"}).build_requires == ("from-a-source",)


def test_spec_that_does_not_parse(bench: Workbench) -> None:
    spec = make_spec(tags="%if 1")
    with pytest.raises(SpecError) as caught:
        _read(bench, spec)
    assert caught.value.exit_status == 3
    assert "Unclosed %if" in caught.value.why


def test_nothing_is_left(bench: Workbench, tmp_path: Path) -> None:
    _read(bench, make_spec())
    assert list((tmp_path / "scratch").iterdir()) == []
