"""Repository metadata: a pure function from what is known of signed packages to bytes.

The `<package>` elements were written by createrepo_c in a sandbox when each RPM was read; here they are only put into
their files. Nothing depends on the clock, on file times or on the order of a directory: timestamps are the newest build
time among the packages, and the revision is a digest of the content. The same packages give the same bytes, so a
repository that did not change keeps its metadata and its signature.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import zstandard

from farm.digest import digest_bytes
from farm.errors import SigningError
from farm.rpm_facts import RpmFacts
from repo_publish.layout import package_location

REPOMD = "repomd.xml"
SIGNATURE = "repomd.xml.asc"

_ZSTD_LEVEL = 10
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://linux.duke.edu/metadata"
_TIME = re.compile(r'<time file="[0-9]+" build="(?P<build>[0-9]+)"/>')


class BadFactsError(SigningError):
    """What was read of an RPM does not describe that RPM."""

    code = "SIG020"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFile:
    """One file below `repodata/`."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Repodata:
    """The metadata of one repository.

    Attributes:
        repomd: content of repomd.xml.
        files: what it lists, by name; the names begin with the files' own digests.
    """

    repomd: bytes
    files: tuple[MetadataFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    kind: str
    open_content: bytes


def render(packages: Sequence[RpmFacts]) -> Repodata:
    """Return the metadata of a repository with these packages.

    Raises:
        BadFactsError: the elements of a package do not fit the package.
    """
    ordered = sorted(packages, key=lambda facts: (facts.nevra, facts.digest))
    built = max((_build_time(facts) for facts in ordered), default=0)
    parts = (
        _part("primary", "common", [_primary(facts) for facts in ordered], f' xmlns:rpm="{_NAMESPACE}/rpm"'),
        _part("filelists", "filelists", [_listed(facts, facts.filelists) for facts in ordered]),
        _part("other", "other", [_listed(facts, facts.other) for facts in ordered]),
    )
    revision = digest_bytes(b"".join(digest_bytes(part.open_content).encode() for part in parts))[:16]
    compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
    files = []
    records = []
    for part in parts:
        content = compressor.compress(part.open_content)
        file = MetadataFile(name=f"{digest_bytes(content)}-{part.kind}.xml.zst", content=content)
        files.append(file)
        records.append(_record(part, file, built))
    head = f'{_DECLARATION}<repomd xmlns="{_NAMESPACE}/repo" xmlns:rpm="{_NAMESPACE}/rpm">\n'
    repomd = f"{head}  <revision>{revision}</revision>\n{''.join(records)}</repomd>\n"
    return Repodata(repomd=repomd.encode(), files=tuple(files))


def check_facts(facts: RpmFacts) -> None:
    """Refuse facts whose elements do not describe that very file: they were read from what a build wrote.

    Raises:
        BadFactsError: they do not.
    """
    _build_time(facts)
    _primary(facts)
    _listed(facts, facts.filelists)
    _listed(facts, facts.other)


def _part(kind: str, namespace: str, elements: Sequence[str], more: str = "") -> _Part:
    root = {"primary": "metadata", "filelists": "filelists", "other": "otherdata"}[kind]
    head = f'<{root} xmlns="{_NAMESPACE}/{namespace}"{more} packages="{len(elements)}">\n'
    text = f"{_DECLARATION}{head}{''.join(elements)}</{root}>\n"
    return _Part(kind=kind, open_content=text.encode())


def _record(part: _Part, file: MetadataFile, timestamp: int) -> str:
    return (
        f'  <data type="{part.kind}">\n'
        f'    <checksum type="sha256">{digest_bytes(file.content)}</checksum>\n'
        f'    <open-checksum type="sha256">{digest_bytes(part.open_content)}</open-checksum>\n'
        f'    <location href="repodata/{file.name}"/>\n'
        f"    <timestamp>{timestamp}</timestamp>\n"
        f"    <size>{len(file.content)}</size>\n"
        f"    <open-size>{len(part.open_content)}</open-size>\n"
        f"  </data>\n"
    )


def _build_time(facts: RpmFacts) -> int:
    found = _TIME.findall(facts.primary)
    if len(found) != 1:
        raise _bad(facts, "its primary element has no single build time")
    return int(found[0])


def _primary(facts: RpmFacts) -> str:
    """Return the element for primary.xml, with the place in the tree and without the file's own time."""
    filename = facts.nevra.filename
    text = _element(facts, facts.primary)
    _once(facts, text, f'<checksum type="sha256" pkgid="YES">{facts.digest}</checksum>')
    text = _once(facts, text, f'<location href="{filename}"/>', f'<location href="{package_location(filename)}"/>')
    built = _build_time(facts)
    return _TIME.sub(f'<time file="{built}" build="{built}"/>', text)


def _listed(facts: RpmFacts, text: str) -> str:
    element = _element(facts, text)
    if not element.startswith(f'<package pkgid="{facts.digest}" '):
        raise _bad(facts, "a file list or changelog of it is of another package")
    return element


def _element(facts: RpmFacts, text: str) -> str:
    text = text.strip()
    whole = text.startswith("<package ") and text.endswith("</package>")
    if not whole or text.count("<package ") != 1 or text.count("</package>") != 1:
        raise _bad(facts, "its metadata is not one element")
    return f"{text}\n"


def _once(facts: RpmFacts, text: str, wanted: str, instead: str = "") -> str:
    if text.count(wanted) != 1:
        raise _bad(facts, f"its primary element does not have {wanted} exactly once")
    return text.replace(wanted, instead or wanted)


def _bad(facts: RpmFacts, why: str) -> BadFactsError:
    return BadFactsError(f"the metadata of {facts.nevra.filename[:200]} does not describe it", why=why)


def names(repodata: Repodata) -> tuple[str, ...]:
    """Return the names of the files that repomd.xml lists."""
    return tuple(file.name for file in repodata.files)
