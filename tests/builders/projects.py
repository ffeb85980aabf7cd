"""Projects on disk, and project values, for tests."""

from collections.abc import Mapping
from pathlib import Path

from farm.project.farm_settings import FarmSettings
from farm.project.model import (
    BuildOptions,
    Channels,
    Component,
    DeclaredSource,
    LocalSpec,
    OriginType,
    PackageGroup,
    Project,
    ReleaseCalculation,
    UpstreamSpec,
)
from farm.project.origin import Origin


def write_files(root: Path, files: Mapping[str, str]) -> Path:
    """Write text files below a directory and return it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def write_tiny_project(root: Path, *components: str, farm: str = 'arches = ["x86_64"]\n') -> Path:
    """Write a project of components with local specs of one line, all published to channel `base`; return it."""
    table = """\
[project]
default-distro = { name = "tiny" }
[distros.tiny]
default-version = "1"
description = "Tiny"
[distros.tiny.versions.1]
release-ver = "1"
[default-component-config.publish]
rpm-channel = "base"
srpm-channel = "base"
"""
    spec = '[components.{0}]\nspec = {{ type = "local", path = "specs/{0}/{0}.spec" }}\n'
    files = {f"specs/{name}/{name}.spec": f"Name: {name}\n" for name in components}
    return write_files(
        root, {"azldev.toml": table + "".join(spec.format(name) for name in components), "farm.toml": farm, **files}
    )


def make_component(name: str = "demo", **fields: object) -> Component:
    """Return a component with a local spec and nothing else."""
    defaults: dict[str, object] = {
        "name": name,
        "spec": LocalSpec(path=Path(f"/project/{name}.spec"), package=name, lookaside="", download_allowed=True),
        "release": ReleaseCalculation.AUTO,
        "overlays": (),
        "build": BuildOptions(),
        "sources": (),
        "channels": Channels(),
        "packages": {},
        "groups": (),
        "skip_file_filter": False,
        "origin": Origin(file=Path("/project/azldev.toml")),
    }
    return Component(**{**defaults, **fields})  # type: ignore[arg-type] # a builder takes any field


def make_upstream(**fields: object) -> UpstreamSpec:
    """Return an upstream spec on branch `main`."""
    defaults: dict[str, object] = {
        "distro": "up",
        "version": "1",
        "package": "demo",
        "dist_git": "file:///nowhere/demo.git",
        "branch": "main",
        "lookaside": "",
        "commit": "",
        "snapshot": "",
        "download_allowed": True,
    }
    return UpstreamSpec(**{**defaults, **fields})  # type: ignore[arg-type] # a builder takes any field


def make_declared_source(filename: str = "made.tar", **fields: object) -> DeclaredSource:
    """Return an entry of `source-files` without a hash, made by the script `make.sh`."""
    defaults: dict[str, object] = {
        "filename": filename,
        "hash_type": "SHA256",
        "hash": "",
        "type": OriginType.CUSTOM,
        "uri": "",
        "replaces_upstream": False,
        "origin": Origin(file=Path("/project/azldev.toml")),
        "script": "make.sh",
    }
    return DeclaredSource(**{**defaults, **fields})  # type: ignore[arg-type] # a builder takes any field


def make_project(
    *components: Component,
    root: Path = Path("/project"),
    default_channels: Channels | None = None,
    package_groups: Mapping[str, PackageGroup] | None = None,
) -> Project:
    """Return a project of some components."""
    groups = dict(package_groups or {})
    return Project(
        root=root,
        roots=(root,),
        name="demo-distro",
        version="1",
        description="",
        files=(),
        lock_directory=root / "locks",
        rendered_specs=None,
        components={component.name: component for component in sorted(components, key=lambda each: each.name)},
        groups={},
        package_groups=groups,
        group_of_package={package: group for group in groups.values() for package in group.packages},
        default_channels=default_channels or Channels(),
        farm=FarmSettings(),
    )
