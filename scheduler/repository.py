"""Package repositories as values: what the solver chooses from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from farm.digest import Digest, parse_digest
from farm.nevra import Nevra
from farm.rpm_facts import RpmFacts
from scheduler.metadata_file import MetadataFile, MetadataInvalidError
from scheduler.metadata_xml import check_text, elements, safe_location
from scheduler.repomd import read_metadata, read_repomd

_COMMON = "{http://linux.duke.edu/metadata/common}"
_END = b"</package>"
_SOURCE_ARCHES = frozenset({"src", "nosrc"})
_MAX_EPOCH_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RepositoryPackage:
    """One package of a repository.

    Attributes:
        digest: sha256 of the RPM file.
        location: path below the repository's root; empty where the package is a blob of the artifact store.
    """

    nevra: Nevra
    digest: Digest
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRepository:
    """A named repository with the metadata the solver reads.

    Attributes:
        priority: lower wins: a package hides all packages of the same name in repositories with a higher number.
        packages: sorted, so that the order of the metadata reaches nothing.
        primary: primary.xml, plain, with exactly these packages in this order.
        filelists: filelists.xml, decompressed only where a file dependency needs it.
    """

    name: str
    priority: int
    packages: tuple[RepositoryPackage, ...]
    primary: bytes = field(repr=False)
    filelists: MetadataFile | None = field(repr=False)


def read_repository(name: str, root: Path, priority: int) -> PackageRepository:
    """Read a repository directory: `repodata/repomd.xml` and what it names (zstd, gz, xz, bz2 or plain).

    Raises:
        MetadataReadError: a file is missing, cut short or has another checksum than repomd.xml says.
        MetadataInvalidError: a file is no metadata, or not metadata that may be trusted.
    """
    records = read_repomd(root)
    if "primary" not in records:
        raise MetadataInvalidError(
            f"{root} has no primary metadata", why=f"repomd.xml names {', '.join(sorted(records)) or 'nothing'}"
        )
    primary = read_metadata(root, records["primary"])
    filelists = read_metadata(root, records["filelists"]) if "filelists" in records else None
    packages = _parse_primary(primary.plain(), primary.name)
    return _repository(name, priority, packages, filelists, str(root))


def stage_repository(name: str, facts: Sequence[RpmFacts], priority: int = 0) -> PackageRepository:
    """Make a repository of RPMs that are blobs of the artifact store: the results of this stage.

    Source RPMs among them are left out.

    Raises:
        MetadataInvalidError: two of them have one NEVRA and different bytes.
    """
    binaries = [rpm for rpm in facts if rpm.nevra.arch not in _SOURCE_ARCHES]
    packages = [
        (RepositoryPackage(nevra=rpm.nevra, digest=rpm.digest, location=""), rpm.primary.encode()) for rpm in binaries
    ]
    chunks = sorted({rpm.filelists.encode() for rpm in binaries})
    filelists = MetadataFile(name=f"filelists of {name}", data=_document("filelists", chunks))
    return _repository(name, priority, packages, filelists, name)


def _repository(
    name: str,
    priority: int,
    packages: Iterable[tuple[RepositoryPackage, bytes]],
    filelists: MetadataFile | None,
    where: str,
) -> PackageRepository:
    unique: dict[Nevra, tuple[RepositoryPackage, bytes]] = {}
    for package, chunk in sorted(packages):
        known = unique.setdefault(package.nevra, (package, chunk))[0]
        if known.digest != package.digest:
            raise MetadataInvalidError(
                f"{where} has two different packages named {package.nevra}",
                why=f"sha256 {known.digest} and {package.digest}",
                hint="remove one of them and create the metadata again",
            )
    return PackageRepository(
        name=name,
        priority=priority,
        packages=tuple(package for package, _ in unique.values()),
        primary=_document("common", [chunk for _, chunk in unique.values()]),
        filelists=filelists,
    )


def _document(kind: str, chunks: Sequence[bytes]) -> bytes:
    root = "metadata" if kind == "common" else kind
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://linux.duke.edu/metadata/{kind}" '
        f'xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{len(chunks)}">\n'
    )
    return b"".join([head.encode(), *chunks, f"\n</{root}>\n".encode()])


def _parse_primary(data: bytes, name: str) -> list[tuple[RepositoryPackage, bytes]]:
    """Return the packages with the text of each.

    Their dependencies are left for libsolv to parse: five sixths of the text, and of the time.
    """
    check_text(data, name)
    *pieces, tail = data.split(_END)
    chunks = [b"<package" + piece.partition(b"<package")[2] + _END for piece in pieces]
    heads = b"".join(_without_format(piece) + _END for piece in pieces) + tail
    tag = f"{_COMMON}package"
    packages = [_package(element, name) for element in elements(heads, tag, name, root=f"{_COMMON}metadata")]
    if len(chunks) != len(packages):
        raise MetadataInvalidError(
            f"{name} has an odd structure", why=f"{len(chunks)} package texts, {len(packages)} package elements"
        )
    return list(zip(packages, chunks, strict=True))


def _without_format(piece: bytes) -> bytes:
    head, _, rest = piece.partition(b"<format>")
    return head + rest.rpartition(b"</format>")[2]


def _package(element: Element, name: str) -> RepositoryPackage:
    package = _text(element, "name", name)
    where = f"{name}: package {package[:200]!r}"
    version = _child(element, "version", where)
    checksum = _child(element, "checksum", where)
    location = _child(element, "location", where)
    epoch = version.get("epoch") or "0"
    if not (epoch.isascii() and epoch.isdigit()) or len(epoch) > _MAX_EPOCH_DIGITS:
        raise MetadataInvalidError(f"{where} has no sensible epoch", why=repr(epoch[:40]))
    if any(attribute.endswith("}base") for attribute in location.attrib):
        raise MetadataInvalidError(f"{where} lies in another place (xml:base)", hint="mirror the repository whole")
    nevra = Nevra(
        name=package,
        epoch=int(epoch),
        version=version.get("ver", ""),
        release=version.get("rel", ""),
        arch=_text(element, "arch", where),
    )
    if not nevra.version or not nevra.release or not str(nevra).isprintable() or "/" in str(nevra):
        raise MetadataInvalidError(f"{where} has no sensible version, release or architecture")
    return RepositoryPackage(
        nevra=nevra, digest=_digest(checksum, where), location=safe_location(location.get("href", ""), where)
    )


def _digest(checksum: Element, where: str) -> Digest:
    if checksum.get("type") != "sha256":
        raise MetadataInvalidError(
            f"{where} is not identified by sha256",
            why=f"checksum type {checksum.get('type', '')[:20]!r}",
            hint="create the metadata again with `createrepo_c --checksum sha256`",
        )
    try:
        return parse_digest((checksum.text or "").strip().lower())
    except ValueError as exc:
        raise MetadataInvalidError(f"{where} has no valid checksum", why=str(exc)) from exc


def _child(element: Element, tag: str, where: str) -> Element:
    child = element.find(f"{_COMMON}{tag}")
    if child is None:
        raise MetadataInvalidError(f"{where} lacks its {tag}")
    return child


def _text(element: Element, tag: str, where: str) -> str:
    text = (_child(element, tag, where).text or "").strip()
    if not text:
        raise MetadataInvalidError(f"{where} has an empty {tag}")
    return text
