import pytest
from builders.projects import make_component, make_upstream

from farm.overlay.provenance import dist_tag, upstream_macros
from farm.overlay.spec_document import SpecDocument
from farm.project.model import BuildOptions

WANTED = BuildOptions(upstream_provenance=True)


@pytest.mark.parametrize(
    ("distro", "version", "tag"),
    [
        ("fedora", "43", ".fc43"),
        ("Fedora", "9", ".fc9"),
        ("fedora", "rawhide", ""),
        ("fedora", "", ""),
        ("rhel", "10", ""),
    ],
)
def test_only_numbered_fedora_releases_have_a_dist_tag(distro: str, version: str, tag: str) -> None:
    spec = make_upstream(distro=distro, version=version)
    assert dist_tag(make_component(spec=spec, build=WANTED)) == tag
    assert dist_tag(make_component(spec=spec)) == ""
    assert dist_tag(make_component(build=WANTED)) == ""


@pytest.mark.parametrize(
    ("tags", "number", "macros"),
    [
        ("Version: 1.2\nRelease: 3%{?dist}\n", "", {"version": "1.2", "release": "3.fc43"}),
        ("Version: %{v}\nRelease: 3%{dist}.1%{?dist}\n", "", {"version": "%{v}", "release": "3.fc43.1.fc43"}),
        ("version: 1\nVERSION: 2\nRelease:\nrelease: 4\n", "", {"version": "1", "release": "4"}),
        ("Version: 1\nRelease: %autorelease\n", "", {"version": "1"}),
        ("Version: 1\nRelease: %{?autorelease}\n", "7", {"version": "1", "release": "7.fc43"}),
        ("Name: x\n%package y\nVersion: 9\nRelease: 9\n", "", {}),
    ],
)
def test_macros_are_those_of_the_untouched_spec(tags: str, number: str, macros: dict[str, str]) -> None:
    document = SpecDocument.parse(tags.encode())
    found = upstream_macros(document, ".fc43", autorelease=number)
    assert found == {f"fedora_upstream_{name}": value for name, value in macros.items()}
    assert upstream_macros(document, "") == {}
