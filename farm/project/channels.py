"""Which publish channel a package goes to: azldev's `ResolvePackagePublishChannel`."""

from typing import Literal

from farm.project.model import Channels, Project

PackageKind = Literal["rpm", "debuginfo", "srpm"]

NOT_PUBLISHED = "none"


def channel_of(project: Project, component: str, package: str, kind: PackageKind) -> str | None:
    """Return the channel of a package, or None where it is not published.

    Later wins: project default, component, the package group that lists it, the component's own `packages` entry.
    A source package has the component's `srpm-channel` alone.
    """
    owner = project.component(component)
    said = [owner.channels]
    if kind != "srpm":
        group = project.group_of_package.get(package)
        own = owner.packages.get(package)
        said = [project.default_channels, owner.channels, *([group.channels] if group else []), *([own] if own else [])]
    channel = next((name for name in (_pick(channels, kind) for channels in reversed(said)) if name), "")
    return None if channel in ("", NOT_PUBLISHED) else channel


def _pick(channels: Channels, kind: PackageKind) -> str:
    return {"rpm": channels.rpm, "debuginfo": channels.debuginfo, "srpm": channels.srpm}[kind]
