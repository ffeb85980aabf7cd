"""A loaded project as values: everything resolved, checked, and free of TOML."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from farm.errors import UsageError
from farm.overlay.model import Overlay
from farm.project.embedded_defaults import AUTHOR_EMAIL
from farm.project.farm_settings import FarmSettings
from farm.project.origin import Origin


class SelectionError(UsageError):
    """The selectors name no component, or one that is not there."""

    code = "PRJ020"


class ReleaseCalculation(StrEnum):
    """Who takes care of the Release tag."""

    AUTO = "auto"
    AUTORELEASE = "autorelease"
    STATIC = "static"
    MANUAL = "manual"


class OriginType(StrEnum):
    """Where a declared source file comes from."""

    DOWNLOAD = "download"
    CUSTOM = "custom"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True, kw_only=True)
class DistroReference:
    """An upstream distribution as the files name it, after inheritance; empty is what they leave to the defaults.

    Attributes:
        package: the component's name there (`upstream-name`).
    """

    name: str = ""
    version: str = ""
    snapshot: str = ""
    package: str = ""


UNSAID = DistroReference()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSpec:
    """A spec from the dist-git of an upstream distribution.

    Attributes:
        distro: name and version of the upstream distribution.
        package: name in dist-git and lookaside; differs from the component's where `upstream-name` is set.
        dist_git: URL of the package's repository, expanded.
        branch: branch of that version.
        lookaside: URL template of source files, unexpanded; empty where the distribution has none.
        commit: pinned commit, 7 to 40 hexadecimal digits; empty where nothing is pinned.
        snapshot: RFC 3339 time; empty where none is set.
        download_allowed: whether a declared `download` origin may be used when the lookaside has no such file.
        said: what the files say of the distribution.
    """

    distro: str
    version: str
    package: str
    dist_git: str
    branch: str
    lookaside: str
    commit: str
    snapshot: str
    download_allowed: bool
    said: DistroReference = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSpec:
    """A spec in the project itself; the whole directory of the spec is the component's source.

    Attributes:
        lookaside: as for UpstreamSpec, where the component inherits an upstream distribution; `package` likewise.
        said: the distribution that it inherits without needing it.
    """

    path: Path
    package: str
    lookaside: str
    download_allowed: bool
    said: DistroReference = UNSAID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """A source file that the project adds or replaces.

    Attributes:
        hash_type: `SHA256` or `SHA512`; never empty where there is a `hash`.
        uri: where to download it from, for OriginType.DOWNLOAD.
        script: file beside the spec that makes it, for OriginType.CUSTOM; with `packages` installed, and with the
            source files `inputs` beside it.
        replaces_upstream: it takes the place of an entry in the upstream `sources` file, for `replace_reason`.
    """

    filename: str
    hash_type: str
    hash: str
    type: OriginType
    uri: str
    replaces_upstream: bool
    origin: Origin
    script: str = ""
    packages: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    replace_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What the project says of a component's build.

    Attributes:
        conditions_on: `--with` conditions; `conditions_off`: `--without`.
        defines: macro names and bodies, sorted by name.
        undefines: names that inherited options would define.
        skip_check: reason for which `%check` is disabled; empty where it runs.
        expected_failure: reason for which the build is known to fail; empty where it should succeed.
        expensive: hint that it needs much time or memory.
        upstream_provenance: whether `%fedora_upstream_version` and `_release` are wanted.
    """

    conditions_on: tuple[str, ...] = ()
    conditions_off: tuple[str, ...] = ()
    defines: tuple[tuple[str, str], ...] = ()
    undefines: tuple[str, ...] = ()
    skip_check: str = ""
    expected_failure: str = ""
    expensive: bool = False
    upstream_provenance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Publish channels; an empty one was not said, `none` means do not publish."""

    rpm: str = ""
    debuginfo: str = ""
    srpm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageGroup:
    """Binary packages that are published alike."""

    name: str
    description: str
    packages: tuple[str, ...]
    channels: Channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component, after inheritance.

    Attributes:
        groups: component groups it belongs to, sorted.
        packages: channels of single binary packages, by name.
        skip_file_filter: keep files that no Source or Patch tag names.
        origin: where it is defined; the spec itself where a group's `specs` glob discovered it.
    """

    name: str
    spec: UpstreamSpec | LocalSpec
    release: ReleaseCalculation
    overlays: tuple[Overlay, ...]
    build: BuildOptions
    sources: tuple[DeclaredSource, ...]
    channels: Channels
    packages: Mapping[str, Channels]
    groups: tuple[str, ...]
    skip_file_filter: bool
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentGroup:
    """A named set of components."""

    name: str
    description: str
    components: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A whole project.

    Attributes:
        root: directory of azldev.toml.
        roots: directories that the project's files may lie in: the root, and those of further configuration files.
        name: name of the distribution that is built (`project.default-distro`).
        version: its version.
        files: every configuration file that was read, in load order.
        lock_directory: where azldev keeps the lock files of components.
        rendered_specs: where specs after overlays are kept (`rendered-specs-dir`); None where the project keeps none.
        components: by name, sorted.
        group_of_package: package group of a binary package, by the package's name.
        author_email: whose commits and changelog entries are that azldev makes up.
    """

    root: Path
    roots: tuple[Path, ...]
    name: str
    version: str
    description: str
    files: tuple[Path, ...]
    lock_directory: Path
    rendered_specs: Path | None
    components: Mapping[str, Component] = field(repr=False)
    groups: Mapping[str, ComponentGroup]
    package_groups: Mapping[str, PackageGroup] = field(repr=False)
    group_of_package: Mapping[str, PackageGroup] = field(repr=False)
    default_channels: Channels
    farm: FarmSettings
    author_email: str = AUTHOR_EMAIL

    def component(self, name: str) -> Component:
        """Return a component.

        Raises:
            SelectionError: there is none of that name.
        """
        found = self.components.get(name)
        if found is None:
            raise SelectionError(f"there is no component {name!r}", hint="farm component list shows all")
        return found

    def select(
        self,
        globs: Sequence[str] = (),
        groups: Sequence[str] = (),
        everything: bool = False,  # noqa: FBT001, FBT002 - reads like the command line: globs, groups, all
    ) -> list[Component]:
        """Return the components that the selectors name together, sorted by name.

        Raises:
            SelectionError: nothing was selected, or a selector matches nothing.
        """
        if everything:
            return list(self.components.values())
        if not globs and not groups:
            raise SelectionError("no component selected", hint="name them with -p GLOB, -g GROUP, or take all with -a")
        names = set().union(*map(self._matching, globs), *map(self._members, groups))
        return [self.components[name] for name in sorted(names)]

    def _matching(self, glob: str) -> list[str]:
        if glob in self.components:
            return [glob]
        names = [name for name in self.components if fnmatch.fnmatchcase(name, glob)]
        if not names:
            raise SelectionError(f"no component matches {glob!r}", hint="farm component list shows all")
        return names

    def _members(self, name: str) -> tuple[str, ...]:
        if name not in self.groups:
            known = ", ".join(sorted(self.groups)) or "none"
            raise SelectionError(f"there is no component group {name!r}", hint=f"known are: {known}")
        return self.groups[name].components
