"""azldev's own tests of loading, validation, inheritance and channels, replayed (`config_vectors.json`)."""

from pathlib import Path

import msgspec
import pytest
from builders.azldev_json import (
    NO_FILE,
    Json,
    azldev_as_json,
    comparable,
    component_layer,
    definitions_as_json,
    kebab,
    table,
)
from builders.projects import make_component, make_project, write_files
from builders.vectors import read_vectors, require_vectors

from farm.errors import ProjectError
from farm.nevra import Nevra
from farm.overlay.lines import prepend_to_section
from farm.overlay.release import ReleaseError, bump_static_release, release_value, uses_autorelease
from farm.overlay.spec_document import SpecDocument
from farm.project.boundary import Boundary
from farm.project.channels import channel_of
from farm.project.check_definitions import check_definitions
from farm.project.check_file import check_file
from farm.project.check_overlay import check_overlay
from farm.project.decode import decode_document
from farm.project.includes import load_with_includes
from farm.project.inheritance import inherit
from farm.project.layer_reader import package_channels
from farm.project.merge import Definitions, merge_files
from farm.project.model import PackageGroup
from farm.project.schema import ConfigFile, OverlayEntry, PackageEntry
from farm.project.toml_file import parse_toml

FILE = "config_vectors.json"

PACKAGES = {
    "simple_debuginfo_suffix": "curl-debuginfo",
    "simple_debugsource_suffix": "curl-debugsource",
    "debuginfo_with_arch_suffix": "kernel-debuginfo-common-x86_64",
    "debugsource_with_extra_segments": "glibc-debugsource-common",
    "debuginfod_is_not_debuginfo": "elfutils-debuginfod",
    "debuginfod_client_is_not_debuginfo": "elfutils-debuginfod-client",
    "debuginfod_followed_by_debuginfo": "foo-debuginfod-debuginfo",
    "plain_binary_package": "curl",
    "package_ending_in_info": "texinfo",
    "package_with_debug_prefix": "debug-tools",
    "empty_string": "",
}
"""Packages that the cases of `IsDebugInfoPackage` are about: the recording has their names, azldev's test these."""


class Vector(msgspec.Struct, kw_only=True):
    name: str
    api: str = ""
    error: str | None = None
    result: object = None
    value: str = ""
    count: int = 0
    spec: str | None = ""
    toml: str = ""
    overlay: Json = {}
    files: dict[str, str] = {}
    input_files: dict[str, str] = {}
    expected_files: dict[str, str] = {}
    paths: list[str] = []
    permissive: bool = False
    resolved: Json | None = None
    component: Json = {}
    distro_defaults: Json = {}
    project_defaults: Json = {}
    groups: dict[str, Json] | None = None
    membership: list[str] | None = None
    package: str = ""
    package_groups: dict[str, Json] | None = None
    default_package_config: Json = {}


VECTORS = read_vectors(FILE, Vector)


def vectors(api: str) -> pytest.MarkDecorator:
    chosen = [vector for vector in VECTORS if vector.api == api]
    return pytest.mark.parametrize("vector", chosen, ids=lambda vector: vector.name)


def test_the_vectors_are_here() -> None:
    require_vectors(FILE)
    assert len(VECTORS) == 266


@vectors("ReleaseUsesAutorelease")
def test_autorelease_is_seen(vector: Vector) -> None:
    assert uses_autorelease(vector.value) is vector.result


@vectors("BumpStaticRelease")
def test_static_release_is_raised(vector: Vector) -> None:
    if vector.error is None:
        assert bump_static_release(vector.value, vector.count) == vector.result
    else:
        with pytest.raises(ReleaseError):
            bump_static_release(vector.value, vector.count)


@vectors("GetReleaseTagValue")
def test_release_tag_is_read(vector: Vector) -> None:
    document = SpecDocument.parse((vector.spec or "").encode())
    if vector.error is None:
        assert release_value(document) == vector.result
    else:
        with pytest.raises(ReleaseError):
            release_value(document)


@vectors("")
def test_lines_go_before_the_preamble(vector: Vector) -> None:
    document = SpecDocument.parse(vector.input_files["test.spec"].encode())
    lines = msgspec.convert(vector.overlay["lines"], list[str])
    assert prepend_to_section(document, "", "", lines).serialize().decode() == vector.expected_files["test.spec"]


@vectors("ComponentOverlay.Validate")
def test_overlay_is_validated(vector: Vector) -> None:
    entry = msgspec.convert(kebab(vector.overlay), OverlayEntry)
    assert bool(list(check_overlay(entry, ()))) is (vector.error is not None)


@vectors("ConfigFile.Validate")
def test_file_is_validated(vector: Vector) -> None:
    document = parse_toml(vector.toml, NO_FILE)
    config = decode_document(document, NO_FILE, ConfigFile, permissive=False)
    assert bool(list(check_file(config))) is (vector.error is not None)


@vectors("loadAndResolveProjectConfig")
def test_project_is_loaded(vector: Vector, tmp_path: Path) -> None:
    write_files(tmp_path, {path.removeprefix("/"): text for path, text in vector.files.items()})
    if vector.error is None:
        definitions = _load(vector, tmp_path)
        assert vector.resolved is not None
        assert definitions_as_json(definitions, tmp_path) == azldev_as_json(vector.resolved)
    else:
        with pytest.raises(ProjectError):
            _load(vector, tmp_path)


@vectors("ResolveComponentConfig")
def test_component_inherits(vector: Vector) -> None:
    groups = vector.groups or {}
    members = sorted(vector.membership or [])
    if vector.error is not None:
        assert not set(members) <= set(groups), "the only recorded error is a group that is not there"
        return
    layers = [vector.distro_defaults, vector.project_defaults]
    layers += [table(groups[name].get("defaultComponentConfig")) for name in members]
    assert vector.resolved is not None
    component = _with_emptied_patterns(vector.component, layers, vector.resolved)
    inherited = inherit(*map(component_layer, [*layers, component]))
    assert comparable(inherited) == comparable(component_layer(vector.resolved))


def _with_emptied_patterns(component: Json, layers: list[Json], resolved: Json) -> Json:
    """Return a component with the `overlayFiles` that it must have had.

    Go writes no empty list to JSON, and reads none back. Patterns are the one thing that an empty list clears: where
    a layer has some, and the result has not, the last word was `[]`.
    """
    were_cleared = any("overlayFiles" in layer for layer in layers) and "overlayFiles" not in resolved
    return {**component, "overlayFiles": []} if were_cleared else component


@pytest.mark.parametrize(
    ("said", "inherited"),
    [
        ({}, ("overlays/*.overlay.toml",)),
        ({"overlayFiles": []}, ()),
        ({"overlayFiles": ["own/*.toml"]}, ("own/*.toml",)),
    ],
)
def test_an_empty_list_of_overlay_files_clears_the_inherited_one(said: Json, inherited: tuple[str, ...]) -> None:
    group = component_layer({"overlayFiles": ["overlays/*.overlay.toml"]})
    assert inherit(component_layer({}), group, component_layer(said)).overlay_files == inherited


@vectors("IsDebugInfoPackage")
def test_debug_packages_are_known_by_name(vector: Vector) -> None:
    case = vector.name.rpartition("/")[2]
    package = vector.package or PACKAGES[case]
    assert Nevra(name=package, epoch=0, version="1", release="1", arch="x86_64").is_debug is vector.result


def test_every_vector_is_replayed() -> None:
    require_vectors(FILE)
    replayed = {
        "",
        "BumpStaticRelease",
        "ComponentOverlay.Validate",
        "ConfigFile.Validate",
        "GetReleaseTagValue",
        "IsDebugInfoPackage",
        "ReleaseUsesAutorelease",
        "ResolveComponentConfig",
        "ResolvePackagePublishChannel",
        "loadAndResolveProjectConfig",
    }
    assert {vector.api for vector in VECTORS} <= replayed


@vectors("ResolvePackagePublishChannel")
def test_channel_is_chosen(vector: Vector) -> None:
    layer = component_layer(vector.component)
    name = str(vector.component.get("name") or "demo")
    nevra = Nevra(name=vector.package, epoch=0, version="1", release="1", arch="x86_64")
    project = make_project(
        make_component(name, channels=layer.channels, packages=layer.packages),
        default_channels=package_channels(_package(vector.default_package_config).publish),
        package_groups={
            group: PackageGroup(
                name=group,
                description="",
                packages=tuple(msgspec.convert(said.get("packages", []), list[str])),
                channels=package_channels(_package(table(said.get("defaultPackageConfig"))).publish),
            )
            for group, said in (vector.package_groups or {}).items()
        },
    )
    expected = None if vector.result in ("", "none") else vector.result
    assert channel_of(project, name, vector.package, "debuginfo" if nevra.is_debug else "rpm") == expected


def _load(vector: Vector, root: Path) -> Definitions:
    files = []
    for path in vector.paths:
        top = root / path.removeprefix("/")
        boundary = Boundary([root, top.parent])
        files += [(loaded, boundary) for loaded in load_with_includes(top, boundary, permissive=vector.permissive)]
    definitions = merge_files(files)
    check_definitions(definitions, permissive=vector.permissive)
    return definitions


def _package(said: Json) -> PackageEntry:
    return msgspec.convert(kebab(said), PackageEntry)
