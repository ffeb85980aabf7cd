"""Debian control files: paragraphs of fields, and what a binary package says of itself."""

import re
from dataclasses import dataclass

from workers.seed.converter.conversion_error import ConversionError

_FIELD = re.compile(r"(?P<name>[!-9;-~]+):(?P<value>.*)")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_SOURCE = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]+)(?:\s+\((?P<version>[^\s()]+)\))?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control paragraph of a binary package; relation fields as they stand there.

    Attributes:
        source: name of the source package; `source_version` its version, which may differ from the binary's.
        summary: first line of the description.
    """

    package: str
    version: str
    architecture: str
    source: str
    source_version: str
    summary: str
    homepage: str
    depends: str
    pre_depends: str
    provides: str
    conflicts: str


def parse_paragraph(text: str) -> dict[str, str]:
    """Parse one paragraph: `Name: value` lines, continued by lines that begin with white space.

    Field names come back in lower case: Debian takes them without regard to case.

    Raises:
        ConversionError: a line is neither, or a field is there twice.
    """
    fields: dict[str, str] = {}
    name = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if line[0] in " \t":
            if not name:
                raise ConversionError(f"control, line {number}: a continuation without a field")
            fields[name] += "\n" + line[1:]
            continue
        match = _FIELD.fullmatch(line)
        if match is None:
            raise ConversionError(f"control, line {number}: neither a field nor a continuation: {line[:80]!r}")
        name = match["name"].lower()
        if name in fields:
            raise ConversionError(f"control, line {number}: field {match['name']} is there twice")
        fields[name] = match["value"].strip()
    return fields


def parse_control(text: str) -> Control:
    """Parse the control file of a binary package.

    Raises:
        ConversionError: it is no control file, or a field that must be there is not, or is malformed.
    """
    fields = parse_paragraph(text)
    package = _required(fields, "package")
    if not _PACKAGE.fullmatch(package):
        raise ConversionError(f"control: not a package name: {package[:80]!r}")
    version = _required(fields, "version")
    source = _SOURCE.fullmatch(fields.get("source") or package)
    if source is None:
        raise ConversionError(f"control: not a source package: {fields['source'][:80]!r}")
    return Control(
        package=package,
        version=version,
        architecture=_required(fields, "architecture"),
        source=source["name"],
        source_version=source["version"] or version,
        summary=_printable((fields.get("description") or package).split("\n")[0]),
        homepage=_printable(fields.get("homepage", "")),
        depends=fields.get("depends", ""),
        pre_depends=fields.get("pre-depends", ""),
        provides=fields.get("provides", ""),
        conflicts=fields.get("conflicts", ""),
    )


def _required(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise ConversionError(f"control: no field {name.capitalize()}")
    return value


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()
