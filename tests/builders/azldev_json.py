"""azldev's JSON of configurations, and ours in the same shape, for conformance tests."""

import re
from pathlib import Path

import msgspec

from farm.project.boundary import Boundary
from farm.project.layer import ComponentLayer
from farm.project.layer_reader import LayerReader
from farm.project.merge import Definitions, GroupDefinition
from farm.project.schema import ComponentEntry

Json = dict[str, object]

NO_FILE = Path("/azldev.toml")
ANYWHERE = Boundary([Path("/")])

_MAPS = (
    "componentGroups",
    "components",
    "defines",
    "distros",
    "images",
    "packageGroups",
    "packages",
    "rpmRepoSetTemplates",
    "rpmRepoSets",
    "rpmRepos",
    "testSuites",
    "versions",
)
"""Tables whose keys are names that a project chooses."""


def kebab(value: object, *, names: bool = False) -> object:
    """Turn Go's JSON names into TOML's; the keys of maps are data and stay."""
    if isinstance(value, dict):
        return {
            key if names else _kebab_name(key): kebab(item, names=not names and key in _MAPS)
            for key, item in value.items()
        }
    return [kebab(item) for item in value] if isinstance(value, list) else value


def pruned(value: object) -> object:
    """Return a value without what is empty: Go leaves it out in some places and writes it in others."""
    if isinstance(value, dict):
        kept = {key: pruned(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in ("", 0, False, None, [], {}, ())}
    return [pruned(item) for item in value] if isinstance(value, list | tuple) else value


def table(value: object) -> Json:
    """Return a table; an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def component_layer(said: Json) -> ComponentLayer:
    """Return the layer of a component as azldev writes it to JSON."""
    document = kebab({name: value for name, value in said.items() if name not in ("name", "renderedSpecDir")})
    return LayerReader(NO_FILE, ANYWHERE).layer(msgspec.convert(document, ComponentEntry), ())


def comparable(layer: ComponentLayer) -> Json:
    """Return a layer without where its overlays are written, and without what azldev's JSON does not tell."""
    plain = msgspec.to_builtins(layer, enc_hook=str)
    for item in [*plain["overlays"], *plain["sources"]]:
        item.pop("origin")
    return {**table(pruned(plain)), "packages": plain["packages"]}


def definitions_as_json(definitions: Definitions, root: Path) -> object:
    """Return what files define together, in the shape of `azldev_as_json`; paths are as seen from a root."""
    resources = definitions.resources
    whole = {
        "project": definitions.project,
        "tools": definitions.tools,
        "resources": {
            "rpm-repos": resources.repositories,
            "rpm-repo-set-templates": resources.templates,
            "rpm-repo-sets": resources.sets,
        },
        "components": {name: _with_names(comparable(each.layer)) for name, each in definitions.components.items()},
        "component-groups": {name: _group(each) for name, each in definitions.groups.items()},
        "default-component-config": comparable(definitions.defaults),
        "distros": {
            name: {
                "description": distro.description,
                "default-version": distro.default_version,
                "dist-git-base-uri": distro.dist_git,
                "lookaside-base-uri": distro.lookaside,
                "repos": [{"base-uri": uri} for uri in distro.repositories],
                "disable-origins": distro.disable_origins,
                "versions": {
                    number: {
                        "description": version.description,
                        "release-ver": version.release_ver,
                        "dist-git-branch": version.branch,
                        "default-component-config": comparable(version.defaults),
                        "mock-config": version.mock_config,
                        "inputs": {"rpm-build": version.rpm_build_inputs, "image-build": version.image_build_inputs},
                    }
                    for number, version in distro.versions.items()
                },
            }
            for name, distro in definitions.distros.items()
        },
        "package-groups": {
            name: {
                "description": group.description,
                "packages": group.packages,
            }
            for name, group in definitions.package_groups.items()
        },
        "images": {name: each.entry for name, each in definitions.images.items()},
        "test-suites": {name: each.entry for name, each in definitions.test_suites.items()},
    }
    plain = msgspec.to_builtins(whole, enc_hook=str)
    return pruned(_without_root(plain, str(root)))


def azldev_as_json(resolved: Json) -> object:
    """Return a configuration as azldev writes it to JSON, with component tables as layers.

    Channels are compared by `ResolvePackagePublishChannel`: this JSON leaves out the old spelling of them.
    """
    said = table(kebab(resolved))
    for name, group in table(said.get("component-groups")).items():
        table(said["component-groups"])[name] = {
            **table(group),
            "default-component-config": _layer_of(table(group).get("default-component-config")),
        }
    said["components"] = {name: _with_names(_layer_of(each)) for name, each in table(said.get("components")).items()}
    said["default-component-config"] = _layer_of(said.get("default-component-config"))
    for distro in table(said.get("distros")).values():
        for version in table(table(distro).get("versions")).values():
            table(version).pop("mock-config-x86-64", None)
            table(version).pop("mock-config-aarch64", None)
            config = _layer_of(table(version).get("default-component-config"))
            table(version)["default-component-config"] = config
    for group in table(said.get("package-groups")).values():
        table(group).pop("default-package-config", None)
    for each in (*table(said.get("images")).values(), *table(said.get("test-suites")).values()):
        table(each).pop("name", None)
    said.pop("default-package-config", None)
    return pruned(said)


def _layer_of(said: object) -> Json:
    """Return the layer of a component table that is in TOML's names already."""
    document = {name: value for name, value in table(said).items() if name not in ("name", "rendered-spec-dir")}
    return comparable(LayerReader(NO_FILE, ANYWHERE).layer(msgspec.convert(document, ComponentEntry), ()))


def _with_names(layer: Json) -> Json:
    """Return a layer with the names of its packages alone."""
    return {**layer, "packages": sorted(table(layer.get("packages")))}


def _group(group: GroupDefinition) -> Json:
    directory = group.origin.file.parent
    return {
        "description": group.description,
        "metadata": group.metadata,
        "components": group.components,
        "specs": [str(directory / pattern) for pattern in group.specs],
        "excluded-paths": [str(directory / pattern) for pattern in group.excluded],
        "default-component-config": comparable(group.defaults),
    }


def _without_root(value: object, root: str) -> object:
    if isinstance(value, dict):
        return {key: _without_root(item, root) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_root(item, root) for item in value]
    return value.removeprefix(root) if isinstance(value, str) else value


def _kebab_name(name: str) -> str:
    known = {"skipReason": "skip_reason", "imageCustomizer": "imageCustomizer", "containerTag": "containerTag"}
    return known.get(name) or re.sub(r"([A-Z]|(?<=X)8664)", lambda found: f"-{found[1].lower()}", name)
