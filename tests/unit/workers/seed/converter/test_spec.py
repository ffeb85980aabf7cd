from pathlib import Path

from builders.debs import control

from workers.seed.converter.control import parse_control
from workers.seed.converter.spec import ConvertedPackage, spec_text


def text(
    control_text: str, *, arch: str = "x86_64", names: tuple[str, ...] = (), post: tuple[str, ...] = ()
) -> list[str]:
    package = ConvertedPackage(
        control=parse_control(control_text),
        arch=arch,
        isa="(x86-64)" if arch != "noarch" else "",
        names=names,
        provides=("z", "a", "a"),
        requires=("b >= 1", "a"),
        conflicts=("c",),
        post=post,
        scriptlets=("%transfiletriggerin %{subpackage} -- /usr/lib", "/sbin/ldconfig"),
    )
    return spec_text(package, tree=Path("/w/tree"), file_list=Path("/w/files")).splitlines()


def test_a_package_of_the_sources_name_is_the_main_package() -> None:
    lines = text(control("hello", Version="1:2.10-3"))
    assert lines[:4] == ["Name: hello", "Epoch: 1", "Version: 2.10", "Release: 3"]
    assert "%files -f /w/files" in lines
    assert not [line for line in lines if line.startswith("%package")]


def test_another_package_is_a_subpackage_so_that_its_source_rpm_names_the_source() -> None:
    lines = text(control("libc6", Source="glibc (2.41-12)", Version="2.41-12+b1"))
    assert lines[:3] == ["Name: glibc", "Version: 2.41", "Release: 12"]
    start = lines.index("%package -n libc6")
    assert lines[start + 1 : start + 3] == ["Version: 2.41", "Release: 12+b1"]
    assert "%files -n libc6 -f /w/files" in lines
    assert "%transfiletriggerin -n libc6 -- /usr/lib" in lines


def test_a_subpackage_does_not_inherit_an_epoch_that_it_does_not_have() -> None:
    lines = text(control("gcc-14", Source="gcc-defaults (4:1.2)", Version="14.2-1"))
    start = lines.index("%package -n gcc-14")
    assert lines[1] == "Epoch: 4"
    assert lines[start + 1] == "Epoch: 0"


def test_dependencies_are_sorted_and_said_once() -> None:
    lines = text(control())
    assert [line for line in lines if line.startswith(("Requires", "Provides", "Conflicts"))] == [
        "Requires: a",
        "Requires: b >= 1",
        "Provides: a",
        "Provides: z",
        "Conflicts: c",
    ]


def test_fedora_names_have_version_and_isa() -> None:
    lines = text(control(), names=("hello-devel",))
    assert "Provides: hello-devel = 1.0-1" in lines
    assert "Provides: hello-devel(x86-64) = 1.0-1" in lines


def test_a_package_for_all_architectures_has_no_isa() -> None:
    lines = text(control(), arch="noarch", names=("hello-devel",))
    assert "BuildArch: noarch" in lines
    assert not [line for line in lines if "x86-64" in line]


def test_macros_in_foreign_text_are_literal() -> None:
    lines = text(control(Description="100% %{lua:x}", Homepage="https://example.org/%20"))
    assert "Summary: 100%% %%{lua:x}" in lines
    assert "URL: https://example.org/%%20" in lines


def test_a_scriptlet_is_lua() -> None:
    lines = text(control("libx", Source="xx"), post=("print(1)",))
    start = lines.index("%post -n libx -p <lua>")
    assert lines[start + 1] == "print(1)"
