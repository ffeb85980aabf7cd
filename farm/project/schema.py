"""The shape of azldev's configuration files, key by key (azldev: `internal/projectconfig`).

An unknown key is an error. An empty value means that nothing was said, as in azldev.
"""

from typing import Literal

import msgspec

from farm.project.schema_images import ImageEntry, ResourcesEntry, TestSuiteEntry, ToolsEntry


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of a configuration file."""


class DistroReferenceEntry(Entry, frozen=True):
    """`upstream-distro`, `default-distro`."""

    name: str = ""
    version: str = ""
    snapshot: str = ""


class SpecEntry(Entry, frozen=True):
    """`spec` of a component."""

    type: Literal["", "local", "upstream"] = ""
    path: str = ""
    upstream_distro: DistroReferenceEntry = DistroReferenceEntry()
    upstream_name: str = ""
    upstream_commit: str = ""


class ReferenceEntry(Entry, frozen=True):
    """A link in overlay metadata."""

    url: str = ""


class MetadataEntry(Entry, frozen=True):
    """Documentation of an overlay or group: checked, never applied."""

    category: str = ""
    commits: list[ReferenceEntry] = []
    bugs: list[ReferenceEntry] = []
    upstream_status: str = ""


class OverlayEntry(Entry, frozen=True):
    """One overlay. Which fields its type needs is checked apart."""

    type: str = ""
    description: str = ""
    file: str = ""
    archive: str = ""
    section: str = ""
    package: str = ""
    tag: str = ""
    value: str = ""
    regex: str = ""
    replacement: str = ""
    lines: list[str] = []
    source: str = ""
    metadata: MetadataEntry | None = None


class OverlayFileEntry(Entry, frozen=True):
    """A file that `overlay-files` names: metadata once, then overlays."""

    metadata: MetadataEntry = MetadataEntry()
    overlays: list[OverlayEntry] = []


class SourceOriginEntry(Entry, frozen=True):
    """`origin` of a source file."""

    type: str = ""
    uri: str = ""
    script: str = ""
    mock_packages: list[str] = []
    inputs: list[str] = []


class SourceFileEntry(Entry, frozen=True):
    """One of `source-files`."""

    filename: str = ""
    hash: str = ""
    hash_type: str = ""
    origin: SourceOriginEntry = SourceOriginEntry()
    replace_upstream: bool = False
    replace_reason: str = ""


class CheckEntry(Entry, frozen=True):
    """`build.check`; azldev spells this one key with an underscore."""

    skip: bool = False
    skip_reason: str = msgspec.field(name="skip_reason", default="")


class FailureEntry(Entry, frozen=True):
    """`build.failure`."""

    expected: bool = False
    expected_reason: str = ""


class HintsEntry(Entry, frozen=True):
    """`build.hints`."""

    expensive: bool = False


class BuildEntry(Entry, frozen=True):
    """`build` of a component."""

    with_: list[str] = msgspec.field(name="with", default_factory=list)
    without: list[str] = []
    defines: dict[str, str] = {}
    undefines: list[str] = []
    emit_upstream_provenance: bool = False
    check: CheckEntry = CheckEntry()
    failure: FailureEntry = FailureEntry()
    hints: HintsEntry = HintsEntry()


class ReleaseEntry(Entry, frozen=True):
    """`release` of a component."""

    calculation: Literal["", "auto", "autorelease", "static", "manual"] = ""


class RenderEntry(Entry, frozen=True):
    """`render` of a component."""

    skip_file_filter: bool = False


class PackagePublishEntry(Entry, frozen=True):
    """`publish` of binary packages; `channel` is the old spelling of `rpm-channel`."""

    rpm_channel: str = ""
    debuginfo_channel: str = ""
    channel: str = ""


class PackageEntry(Entry, frozen=True):
    """Configuration of a binary package."""

    publish: PackagePublishEntry = PackagePublishEntry()


class ComponentPublishEntry(Entry, frozen=True):
    """`publish` of a component."""

    rpm_channel: str = ""
    srpm_channel: str = ""
    debuginfo_channel: str = ""


class ComponentEntry(Entry, frozen=True):
    """A component, or a default for components."""

    spec: SpecEntry = SpecEntry()
    release: ReleaseEntry = ReleaseEntry()
    overlays: list[OverlayEntry] = []
    overlay_files: list[str] | None = None
    build: BuildEntry = BuildEntry()
    render: RenderEntry = RenderEntry()
    source_files: list[SourceFileEntry] = []
    packages: dict[str, PackageEntry] = {}
    publish: ComponentPublishEntry = ComponentPublishEntry()


class ComponentGroupEntry(Entry, frozen=True):
    """A named set of components, with defaults for them."""

    description: str = ""
    metadata: MetadataEntry | None = None
    components: list[str] = []
    specs: list[str] = []
    excluded_paths: list[str] = []
    default_component_config: ComponentEntry = ComponentEntry()


class PackageGroupEntry(Entry, frozen=True):
    """A named set of binary packages, published alike."""

    description: str = ""
    packages: list[str] = []
    default_package_config: PackageEntry = PackageEntry()


class PackageRepositoryEntry(Entry, frozen=True):
    """A repository of a distribution."""

    base_uri: str = ""


class DistroInputEntry(Entry, frozen=True):
    """A reference to a repository or a set of them."""

    repo: str = ""
    set: str = ""


class DistroInputsEntry(Entry, frozen=True):
    """Repositories by use."""

    rpm_build: list[DistroInputEntry] = []
    image_build: list[DistroInputEntry] = []


class DistroVersionEntry(Entry, frozen=True):
    """One version of a distribution."""

    description: str = ""
    release_ver: str = ""
    dist_git_branch: str = ""
    default_component_config: ComponentEntry = ComponentEntry()
    mock_config: str = ""
    mock_config_x86_64: str = msgspec.field(name="mock-config-x86_64", default="")
    mock_config_aarch64: str = msgspec.field(name="mock-config-aarch64", default="")
    inputs: DistroInputsEntry = DistroInputsEntry()


class DistroEntry(Entry, frozen=True):
    """A distribution to build, or to take from."""

    description: str = ""
    default_version: str = ""
    dist_git_base_uri: str = ""
    lookaside_base_uri: str = ""
    repos: list[PackageRepositoryEntry] = []
    disable_origins: bool = False
    versions: dict[str, DistroVersionEntry] = {}


class ProjectEntry(Entry, frozen=True):
    """`project`."""

    description: str = ""
    log_dir: str = ""
    work_dir: str = ""
    output_dir: str = ""
    rendered_specs_dir: str = ""
    lock_dir: str = ""
    default_distro: DistroReferenceEntry = DistroReferenceEntry()
    default_author_email: str = ""


class ConfigFile(Entry, frozen=True):
    """A whole configuration file; every file has this one shape."""

    schema: str = msgspec.field(name="$schema", default="")
    project: ProjectEntry | None = None
    includes: list[str] = []
    distros: dict[str, DistroEntry] = {}
    resources: ResourcesEntry | None = None
    component_groups: dict[str, ComponentGroupEntry] = {}
    components: dict[str, ComponentEntry] = {}
    images: dict[str, ImageEntry] = {}
    tools: ToolsEntry | None = None
    default_component_config: ComponentEntry | None = None
    default_package_config: PackageEntry | None = None
    package_groups: dict[str, PackageGroupEntry] = {}
    test_suites: dict[str, TestSuiteEntry] = {}
