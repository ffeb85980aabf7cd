"""The spec file that packages an unpacked tree: text from values, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workers.seed.converter.control import Control
from workers.seed.converter.version import Evr

NOARCH = "noarch"
_LICENSE = "LicenseRef-Debian"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedPackage:
    """What an RPM says of itself, apart from what rpm's generators find in its files.

    Attributes:
        control: the Debian package.
        arch: RPM's architecture, `noarch` too; `isa` the suffix of its ISA provides, empty for `noarch`.
        names: Fedora names that it also provides, at its own version.
        provides: further capabilities; `requires` and `conflicts` likewise, as a spec writes them.
        post: lines of a Lua scriptlet.
        scriptlets: further lines of the spec.
    """

    control: Control
    arch: str
    isa: str
    names: tuple[str, ...]
    provides: tuple[str, ...]
    requires: tuple[str, ...]
    conflicts: tuple[str, ...]
    post: tuple[str, ...]
    scriptlets: tuple[str, ...]


def spec_text(package: ConvertedPackage, *, tree: Path, file_list: Path) -> str:
    """Return the spec.

    The spec is named after the Debian source package, so that SOURCERPM groups the binaries by their source; a
    binary of another name is a subpackage, the only one with files.

    Args:
        tree: the unpacked files; they are moved, not copied.
        file_list: the `%files` lines.
    """
    control = package.control
    evr, source = Evr.parse(control.version), Evr.parse(control.source_version)
    is_main = control.package == control.source
    option = "" if is_main else f" -n {control.package}"
    lines = [f"Name: {control.source}", *_versions(evr if is_main else source), *_description_tags(control)]
    if not is_main:
        lines += ["%description", "", f"%package{option}", *_versions(evr, inherited=source.epoch)]
        lines += _description_tags(control)
    if package.arch == NOARCH:
        lines.append("BuildArch: noarch")
    lines += _dependencies(package, evr)
    lines += [f"%description{option}", _text(control.summary)]
    lines += ["%install", "mkdir -p %{buildroot}", "rmdir %{buildroot}", f"mv {tree} %{{buildroot}}"]
    if package.post:
        lines += [f"%post{option} -p <lua>", *package.post]
    lines += [line.replace("%{subpackage}", option.strip()) for line in package.scriptlets]
    lines.append(f"%files{option} -f {file_list}")
    return "\n".join(lines) + "\n"


def _versions(evr: Evr, inherited: int = 0) -> list[str]:
    """Return the version tags; an epoch of 0 is said only where a subpackage would inherit another."""
    tags = [f"Version: {evr.version}", f"Release: {evr.release}"]
    return [f"Epoch: {evr.epoch}", *tags] if evr.epoch or inherited else tags


def _description_tags(control: Control) -> list[str]:
    tags = [f"Summary: {_text(control.summary)}", f"License: {_LICENSE}"]
    return [*tags, f"URL: {_text(control.homepage)}"] if control.homepage else tags


def _dependencies(package: ConvertedPackage, evr: Evr) -> list[str]:
    provides = set(package.provides)
    for name in package.names:
        provides.add(f"{name} = {evr}")
        if package.isa:
            provides.add(f"{name}{package.isa} = {evr}")
    return [
        *_sorted_tags("Requires", package.requires),
        *_sorted_tags("Provides", provides),
        *_sorted_tags("Conflicts", package.conflicts),
    ]


def _sorted_tags(tag: str, values: Iterable[str]) -> list[str]:
    return [f"{tag}: {_text(value)}" for value in sorted(set(values))]


def _text(text: str) -> str:
    return text.replace("%", "%%")
