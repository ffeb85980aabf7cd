"""Reads repository metadata whose signature was found good; createrepo_c wrapped in types."""

from dataclasses import dataclass
from pathlib import Path

import createrepo_c

from farm.errors import FarmError

_PRIMARY = "primary"


class DamagedMetadataError(FarmError):
    """Repository metadata cannot be read."""

    code = "CHK005"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataRecord:
    """A file that repomd.xml lists; the location is relative to the repository."""

    kind: str
    location: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ListedRpm:
    """An RPM that primary.xml lists; the location is relative to the repository."""

    location: str
    sha256: str


def read_repomd(path: Path) -> list[MetadataRecord]:
    """Return what repomd.xml lists.

    Raises:
        DamagedMetadataError: it cannot be read, or lists no package metadata.
    """
    try:
        repomd = createrepo_c.Repomd(str(path))
        records = [
            MetadataRecord(kind=record.type, location=record.location_href, sha256=record.checksum)
            for record in repomd.records
        ]
    except (createrepo_c.CreaterepoCError, OSError, ValueError, TypeError) as exc:
        raise DamagedMetadataError(f"cannot read {path}", why=str(exc)) from exc
    if _PRIMARY not in {record.kind for record in records}:
        raise DamagedMetadataError(f"{path} lists no package metadata")
    return records


def read_primary(path: Path) -> list[ListedRpm]:
    """Return the packages that primary.xml lists.

    Raises:
        DamagedMetadataError: it cannot be read.
    """
    listed: list[ListedRpm] = []

    def take(package: createrepo_c.Package) -> None:
        listed.append(ListedRpm(location=package.location_href, sha256=package.pkgId))

    try:
        createrepo_c.xml_parse_primary(str(path), pkgcb=take, do_files=False)
    except (createrepo_c.CreaterepoCError, OSError, ValueError, TypeError) as exc:
        raise DamagedMetadataError(f"cannot read {path}", why=str(exc)) from exc
    return sorted(listed)
