"""What built RPMs really provide and require, read from their metadata. Pure."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from farm.rpm_facts import RpmFacts
from farm.source_package import BinaryPackage
from scheduler.metadata_xml import elements

_COMMON = "{http://linux.duke.edu/metadata/common}"
_RPM = "{http://linux.duke.edu/metadata/rpm}"
_FLAGS = {"EQ": "=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
_SOURCE_ARCHES = frozenset({"src", "nosrc"})


def built_packages(facts: Sequence[RpmFacts]) -> tuple[BinaryPackage, ...]:
    """Return the binary packages of a build, sorted by name; what primary metadata lists of files counts as provided.

    Raises:
        MetadataInvalidError: the metadata of an RPM is damaged.
    """
    binaries = [rpm for rpm in facts if rpm.nevra.arch not in _SOURCE_ARCHES and not rpm.nevra.is_debug]
    return tuple(built_package(rpm) for rpm in sorted(binaries, key=lambda rpm: rpm.nevra))


def built_package(rpm: RpmFacts) -> BinaryPackage:
    """Return one built package.

    Raises:
        MetadataInvalidError: its metadata is damaged.
    """
    name = f"metadata of {rpm.nevra}"
    text = f'<metadata xmlns="{_COMMON[1:-1]}" xmlns:rpm="{_RPM[1:-1]}">{rpm.primary}</metadata>'
    provides: set[str] = set()
    requires: set[str] = set()
    for package in elements(text.encode(), f"{_COMMON}package", name, root=f"{_COMMON}metadata"):
        details = f"{_COMMON}format"
        provides.update(_entry(it) for it in package.iterfind(f"{details}/{_RPM}provides/{_RPM}entry"))
        provides.update(it.text or "" for it in package.iterfind(f"{details}/{_COMMON}file"))
        requires.update(_entry(it) for it in package.iterfind(f"{details}/{_RPM}requires/{_RPM}entry"))
    return BinaryPackage(
        name=rpm.nevra.name, provides=tuple(sorted(provides - {""})), requires=tuple(sorted(requires - {""}))
    )


def _entry(entry: Element) -> str:
    name, operator = entry.get("name", ""), _FLAGS.get(entry.get("flags", ""))
    if operator is None:
        return name
    epoch = entry.get("epoch") or "0"
    release = f"-{entry.get('rel')}" if entry.get("rel") else ""
    return f"{name} {operator} {'' if epoch == '0' else f'{epoch}:'}{entry.get('ver', '')}{release}"
