import pytest
from builders.projects import make_component, make_project

from farm.project.channels import PackageKind, channel_of
from farm.project.model import Channels, PackageGroup


@pytest.mark.parametrize(
    ("package", "kind", "channel"),
    [
        ("demo", "rpm", "component"),
        ("demo-devel", "rpm", "group"),
        ("demo-own", "rpm", "own"),
        ("demo-hidden", "rpm", None),
        ("demo-debuginfo", "debuginfo", "debug"),
        ("demo", "srpm", "source"),
    ],
)
def test_the_most_specific_word_counts(package: str, kind: PackageKind, channel: str | None) -> None:
    component = make_component(
        channels=Channels(rpm="component", srpm="source"),
        packages={"demo-own": Channels(rpm="own"), "demo-hidden": Channels(rpm="none")},
    )
    group = PackageGroup(
        name="g", description="", packages=("demo-devel", "demo-own", "demo-hidden"), channels=Channels(rpm="group")
    )
    project = make_project(
        component, default_channels=Channels(rpm="default", debuginfo="debug"), package_groups={"g": group}
    )
    assert channel_of(project, "demo", package, kind) == channel


def test_where_nothing_is_said_nothing_is_published() -> None:
    project = make_project(make_component())
    kinds: tuple[PackageKind, ...] = ("rpm", "debuginfo", "srpm")
    assert [channel_of(project, "demo", "demo", kind) for kind in kinds] == [None, None, None]
