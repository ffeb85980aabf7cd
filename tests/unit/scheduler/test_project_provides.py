import pytest
from builders.spec_facts import ARCH, binary, node, spec

from farm.source_package import BinaryPackage
from scheduler.project_provides import ProjectProvides
from scheduler.requirement import Requirement
from scheduler.requirement_text import parse_requirement

FACTS = dict(
    [
        spec("zlib", version="1.3", packages=[binary("zlib"), binary("zlib-devel", provides=["zlib-static = 1.3-1"])]),
        spec("zlib-ng", version="2", packages=[binary("zlib-ng-compat", provides=["zlib-devel = 1.2"])]),
        spec("python-Foo_Bar", packages=[binary("python3-Foo_Bar")]),
        spec("freetype", packages=[binary("freetype-devel", provides=["(odd", "rich >="])]),
        spec("never", packages=[binary("never")], excluded="ExclusiveArch: s390x"),
    ]
)


def wanted(text: str) -> Requirement:
    found = parse_requirement(text)
    assert isinstance(found, Requirement)
    return found


def find(text: str, known: dict[str, list[BinaryPackage]] | None = None) -> list[str]:
    provides = ProjectProvides(FACTS, {node(name): packages for name, packages in (known or {}).items()})
    return [f"{it.node.component}/{it.package}{'?' if it.foretold else ''}" for it in provides.find(wanted(text), ARCH)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zlib", ["zlib/zlib"]),
        ("zlib = 1.3", ["zlib/zlib"]),
        ("zlib = 1.3-1", ["zlib/zlib"]),
        ("zlib >= 2", []),
        ("zlib-devel", ["zlib/zlib-devel", "zlib-ng/zlib-ng-compat"]),
        ("zlib-devel >= 1.3", ["zlib/zlib-devel"]),
        ("zlib-static", ["zlib/zlib-devel"]),
        ("pkgconfig(zlib) >= 1.2", ["zlib/zlib?", "zlib/zlib-devel?"]),
        ("cmake(ZLIB)", ["zlib/zlib?", "zlib/zlib-devel?"]),
        ("python3dist(foo-bar) >= 1", ["python-Foo_Bar/python3-Foo_Bar?"]),
        ("python3.13dist(foo.bar[extra])", ["python-Foo_Bar/python3-Foo_Bar?"]),
        ("never", []),
        ("pkgconfig(freetype2)", []),
    ],
)
def test_providers_known_and_foretold(text: str, expected: list[str]) -> None:
    assert find(text) == expected


def test_another_architecture_is_another_world() -> None:
    assert ProjectProvides(FACTS, {}).find(wanted("zlib"), "aarch64") == []


def test_what_was_really_made_replaces_what_is_foretold() -> None:
    known = {"freetype": [binary("freetype-devel", provides=["pkgconfig(freetype2) = 26"])]}

    assert find("pkgconfig(freetype2) >= 20", known) == ["freetype/freetype-devel"]
    assert find("pkgconfig(freetype2) >= 27", known) == []
    assert find("pkgconfig(freetype)", known) == []


def test_a_package_that_the_spec_no_longer_makes_provides_nothing() -> None:
    assert find("gone", {"zlib": [binary("gone")]}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkgconfig(freetype2)", "freetype-devel"),
        ("/usr/bin/zlib", "zlib"),
        ("libzlib.so", None),
        ("pkgconfig(zlib-2.0)", "zlib-devel"),
        ("unheard-of", None),
    ],
)
def test_a_last_guess_from_the_name(text: str, expected: str | None) -> None:
    found = ProjectProvides(FACTS, {}).guess(wanted(text), ARCH)

    assert (found[0].package if found else None) == expected
