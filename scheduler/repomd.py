"""repomd.xml: the list of a repository's metadata files, and those files, verified."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from scheduler.metadata_file import (
    MAX_PLAIN_BYTES,
    MetadataFile,
    MetadataInvalidError,
    MetadataReadError,
    read_stored,
)
from scheduler.metadata_xml import elements, safe_location

_MAX_REPOMD_BYTES = 4 * 2**20
_NAMESPACE = "{http://linux.duke.edu/metadata/repo}"
_HASHES = frozenset({"sha256", "sha384", "sha512"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataRecord:
    """One `<data>` of repomd.xml.

    Attributes:
        kind: `primary`, `filelists`, ...
        location: path below the repository's root.
        algorithm: hash over the stored file; `checksum` is its lower-case hexadecimal value.
        open_size: bytes after decompression; 0 where repomd.xml does not say.
    """

    kind: str
    location: str
    algorithm: str
    checksum: str
    open_size: int


def read_repomd(root: Path) -> dict[str, MetadataRecord]:
    """Read `repodata/repomd.xml` below a repository's root.

    Raises:
        MetadataReadError: it cannot be read.
        MetadataInvalidError: it is no repomd.xml, or names one kind twice.
    """
    path = root / "repodata" / "repomd.xml"
    data = read_stored(path, limit=_MAX_REPOMD_BYTES)
    records: dict[str, MetadataRecord] = {}
    for element in elements(data, f"{_NAMESPACE}data", str(path), root=f"{_NAMESPACE}repomd"):
        record = _record(element, str(path))
        if record.kind in records:
            raise MetadataInvalidError(f"{path} names {record.kind} twice")
        records[record.kind] = record
    return records


def read_metadata(root: Path, record: MetadataRecord) -> MetadataFile:
    """Read a metadata file and check it against repomd.xml.

    Raises:
        MetadataReadError: it cannot be read or has another checksum.
        MetadataInvalidError: it is too large.
    """
    path = root / record.location
    data = read_stored(path)
    found = hashlib.new(record.algorithm, data).hexdigest()
    if found != record.checksum:
        raise MetadataReadError(
            f"{path} is not the file that repomd.xml names",
            why=f"{record.algorithm} {found}, expected {record.checksum}",
            hint="it was cut short, edited, or replaced while being read; run again or create the metadata again",
        )
    return MetadataFile(name=str(path), data=data, limit=record.open_size or MAX_PLAIN_BYTES)


def _record(element: Element, name: str) -> MetadataRecord:
    kind = element.get("type", "")
    where = f"{name}: data {kind[:40]!r}"
    location = element.find(f"{_NAMESPACE}location")
    checksum = element.find(f"{_NAMESPACE}checksum")
    if not kind or location is None or checksum is None:
        raise MetadataInvalidError(f"{where} lacks its type, location or checksum")
    algorithm = checksum.get("type", "")
    if algorithm not in _HASHES:
        raise MetadataInvalidError(
            f"{where} is protected by {algorithm[:20]!r} alone", hint="create the metadata with sha256 checksums"
        )
    return MetadataRecord(
        kind=kind,
        location=safe_location(location.get("href", ""), where),
        algorithm=algorithm,
        checksum=(checksum.text or "").strip().lower(),
        open_size=_open_size(element, where),
    )


def _open_size(element: Element, where: str) -> int:
    text = (element.findtext(f"{_NAMESPACE}open-size") or "0").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_PLAIN_BYTES)):
        raise MetadataInvalidError(f"{where} has no sensible open-size", why=repr(text[:40]))
    size = int(text)
    if size > MAX_PLAIN_BYTES:
        raise MetadataInvalidError(f"{where} is larger than metadata may be", why=f"open-size {size}")
    return size
