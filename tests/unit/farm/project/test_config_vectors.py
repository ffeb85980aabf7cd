"""azldev's own tests of loading, validation, inheritance and channels, replayed (`config_vectors.json`).

Eleven vectors of `IsDebugInfoPackage` do not say which package they are about and are left out; two more tests of
the loader are about azldev's embedded defaults, which the farm does not have.
"""

import re
from pathlib import Path

import msgspec
import pytest
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
from farm.project.layer import ComponentLayer
from farm.project.layer_reader import LayerReader, package_channels
from farm.project.merge import Definitions, merge_files
from farm.project.model import PackageGroup
from farm.project.schema import ComponentEntry, ConfigFile, OverlayEntry, PackageEntry
from farm.project.toml_file import parse_toml

FILE = "config_vectors.json"
ANYWHERE = Boundary([Path("/")])
NO_FILE = Path("/azldev.toml")
Json = dict[str, object]


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
    entry = msgspec.convert(_kebab(vector.overlay), OverlayEntry)
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
        _assert_same(definitions, vector.resolved)
    else:
        with pytest.raises(ProjectError):
            _load(vector, tmp_path)


@vectors("ResolveComponentConfig")
def test_component_inherits(vector: Vector, request: pytest.FixtureRequest) -> None:
    groups = vector.groups or {}
    members = sorted(vector.membership or [])
    if vector.error is not None:
        assert not set(members) <= set(groups), "the only recorded error is a group that is not there"
        return
    layers = [vector.distro_defaults, vector.project_defaults]
    layers += [_table(groups[name].get("defaultComponentConfig")) for name in members]
    if vector.name.endswith("component_empty_overlay_files_clears_group_defaults"):
        request.applymarker(pytest.mark.xfail(reason="the recorded JSON drops an empty list, which is the point of it"))
    assert vector.resolved is not None
    assert _comparable(inherit(*map(_layer, [*layers, vector.component]))) == _comparable(_layer(vector.resolved))


@vectors("ResolvePackagePublishChannel")
def test_channel_is_chosen(vector: Vector) -> None:
    layer = _layer(vector.component)
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
                channels=package_channels(_package(_table(said.get("defaultPackageConfig"))).publish),
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


def _assert_same(definitions: Definitions, resolved: Json) -> None:
    project = _table(resolved.get("project"))
    assert definitions.description == project.get("description", "")
    assert sorted(definitions.components) == sorted(_table(resolved.get("components")))
    groups = _table(resolved.get("componentGroups"))
    assert {name: list(group.components) for name, group in definitions.groups.items()} == {
        name: _table(group).get("components", []) for name, group in groups.items()
    }
    packages = _table(resolved.get("packageGroups"))
    assert {name: list(group.packages) for name, group in definitions.package_groups.items()} == {
        name: _table(group).get("packages", []) for name, group in packages.items()
    }
    assert sorted(definitions.test_suites) == sorted(_table(resolved.get("testSuites")))
    assert sorted(definitions.images) == sorted(_table(resolved.get("images")))
    _assert_same_distros(definitions, _table(resolved.get("distros")))


def _assert_same_distros(definitions: Definitions, distros: Json) -> None:
    assert sorted(definitions.distros) == sorted(distros)
    for name, distro in definitions.distros.items():
        said = _table(distros[name])
        assert distro.default_version == said.get("defaultVersion", "")
        versions = _table(said.get("versions"))
        assert {version: known.branch for version, known in distro.versions.items()} == {
            version: _table(known).get("distGitBranch", "") for version, known in versions.items()
        }


def _layer(said: Json) -> ComponentLayer:
    """Return the layer of a component as azldev writes it to JSON."""
    document = _kebab({name: value for name, value in said.items() if name not in ("name", "renderedSpecDir")})
    return LayerReader(NO_FILE, ANYWHERE).layer(msgspec.convert(document, ComponentEntry), ())


def _comparable(layer: ComponentLayer) -> Json:
    """Return a layer without where its overlays are written."""
    plain = msgspec.to_builtins(layer, enc_hook=str)
    for item in [*plain["overlays"], *plain["sources"]]:
        item.pop("origin")
    return dict(plain)


def _package(said: Json) -> PackageEntry:
    return msgspec.convert(_kebab(said), PackageEntry)


def _kebab(value: object, *, names: bool = False) -> object:
    """Turn Go's JSON names into TOML's; the keys of maps are data and stay."""
    if isinstance(value, dict):
        return {
            key if names else _kebab_name(key): _kebab(item, names=not names and key in ("defines", "packages"))
            for key, item in value.items()
        }
    return [_kebab(item) for item in value] if isinstance(value, list) else value


def _kebab_name(name: str) -> str:
    return {"skipReason": "skip_reason"}.get(name) or re.sub(r"([A-Z])", lambda found: f"-{found[1].lower()}", name)


def _table(value: object) -> Json:
    return value if isinstance(value, dict) else {}
