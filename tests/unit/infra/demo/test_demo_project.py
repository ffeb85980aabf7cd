"""The demo shows what it is there to show."""

import re
from collections import Counter
from pathlib import Path

import pytest

from farm.overlay.model import OverlayKind
from farm.project.channels import channel_of
from farm.project.loader import load_project
from farm.project.model import LocalSpec, Project
from farm.sources.sources_file import parse_sources
from infra.demo.layout.history import read_history
from infra.demo.layout.upstreams import DebianOrigin, PypiOrigin, read_upstreams

DEMO = Path(__file__).parents[4] / "infra" / "demo"
SPECS = {path.parent.name: path.read_text() for path in sorted(DEMO.glob("dist-git/*/*.spec"))}


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(DEMO)


def specs_with(pattern: str) -> list[str]:
    return [name for name, text in SPECS.items() if re.search(pattern, text, re.MULTILINE)]


def test_every_component_has_a_spec_in_dist_git_or_in_the_project(project: Project) -> None:
    upstream = {name for name, component in project.components.items() if not isinstance(component.spec, LocalSpec)}
    assert upstream == set(SPECS) == set(read_history(DEMO))
    assert len(project.components) >= 16


def test_every_source_is_a_sha512_of_a_real_release() -> None:
    for path in DEMO.glob("dist-git/*/sources"):
        assert [line.entry.hash_type for line in parse_sources(path.read_bytes()) if line.entry] == ["SHA512"]
    origins = Counter(type(file.origin) for file in read_upstreams(DEMO))
    assert origins[DebianOrigin] >= 5
    assert origins[PypiOrigin] >= 5
    assert {file.component for file in read_upstreams(DEMO)} == set(SPECS)


def test_every_common_kind_of_overlay_is_there(project: Project) -> None:
    used = {overlay.kind for component in project.components.values() for overlay in component.overlays}
    assert used == set(OverlayKind)


def test_build_options_of_each_kind_are_there(project: Project) -> None:
    options = [component.build for component in project.components.values()]
    for has in (
        any(option.conditions_on for option in options),
        any(option.conditions_off for option in options),
        any(option.defines for option in options),
        any(option.skip_check for option in options),
    ):
        assert has


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (r"^%configure", 2),
        (r"^%cmake ", 3),
        (r"^%meson$", 1),
        (r"^%package devel", 5),
        (r"^%generate_buildrequires", 5),
        (r"^BuildArch: +noarch", 6),
        (r"^%check", 16),
        (r"^License: ", 20),
        (r"^%changelog\n\* [A-Z]", 20),
    ],
)
def test_the_specs_are_of_many_sorts(pattern: str, least: int) -> None:
    assert len(specs_with(pattern)) >= least


def test_a_library_of_the_demo_is_built_against_by_another_component() -> None:
    assert "lzo-devel" in SPECS["lzop"]
    assert "pkgconfig(unibilium)" in SPECS["libtermkey"]
    assert "cmake(cmocka)" in SPECS["libcbor"]


def test_two_components_need_one_another_so_that_only_a_seed_helps() -> None:
    assert "python3dist(pytest)" in SPECS["python-pluggy"]
    assert "python-pytest" in SPECS  # its metadata asks for pluggy


def test_channels_are_two_at_least_and_some_packages_go_nowhere(project: Project) -> None:
    cases = [
        ("pigz", "pigz", "base"),
        ("libestr", "libestr-devel", "extras"),
        ("lzo", "lzo-minilzo", "extras"),
        ("lzop", "lzop", "extras"),
        ("libcmocka", "libcmocka-devel", None),
    ]
    assert [channel_of(project, component, package, "rpm") for component, package, _ in cases] == [
        channel for _, _, channel in cases
    ]
    assert channel_of(project, "pigz", "pigz-debuginfo", "debuginfo") == "debuginfo"
    assert channel_of(project, "pigz", "pigz", "srpm") == "source"


def test_a_commit_after_the_snapshot_must_not_be_seen(project: Project) -> None:
    spec = project.component("inih").spec
    assert not isinstance(spec, LocalSpec)
    newest = read_history(DEMO)["inih"][-1].date.isoformat()
    assert spec.snapshot < newest


def test_no_waiver_lets_the_unreproducible_component_through(project: Project) -> None:
    assert project.farm.waivers == ()
    lines = [line for overlay in project.component("lzop").overlays for line in overlay.lines]
    assert lines == ["unset SOURCE_DATE_EPOCH"]
