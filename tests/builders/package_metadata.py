"""Packages and repositories that exist only as metadata."""

import bz2
import gzip
import hashlib
import lzma
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

import zstandard

from farm.digest import Digest, digest_bytes
from farm.nevra import Nevra
from farm.rpm_facts import RpmFacts
from scheduler.repository import PackageRepository, stage_repository
from scheduler.requirement import Requirement
from scheduler.requirement_text import parse_requirement

_FLAGS = {"=": "EQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}

COMPRESS: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".xz": lzma.compress,
    ".bz2": bz2.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package as its metadata; it provides its own name beside `provides`."""

    nevra: Nevra
    provides: tuple[str, ...]
    requires: tuple[str, ...]
    conflicts: tuple[str, ...]
    recommends: tuple[str, ...]
    files: tuple[str, ...]
    listed_files: tuple[str, ...]
    location: str

    @property
    def digest(self) -> Digest:
        return digest_bytes(f"{self.nevra} {self.provides} {self.requires} {self.files}".encode())

    @property
    def primary(self) -> str:
        nevra = self.nevra
        own = f"{nevra.name} = {nevra.evr}"
        return (
            f'<package type="rpm">\n  <name>{nevra.name}</name>\n  <arch>{nevra.arch}</arch>\n'
            f'  <version epoch="{nevra.epoch}" ver="{nevra.version}" rel="{nevra.release}"/>\n'
            f'  <checksum type="sha256" pkgid="YES">{self.digest}</checksum>\n'
            f"  <location href={quoteattr(self.location)}/>\n  <format>\n"
            + _entries("provides", (own, *self.provides))
            + _entries("requires", self.requires)
            + _entries("conflicts", self.conflicts)
            + _entries("recommends", self.recommends)
            + "".join(f"    <file>{path}</file>\n" for path in self.files)
            + "  </format>\n</package>\n"
        )

    @property
    def filelists(self) -> str:
        files = "".join(f"<file>{path}</file>" for path in (*self.files, *self.listed_files))
        nevra = self.nevra
        version = f'<version epoch="{nevra.epoch}" ver="{nevra.version}" rel="{nevra.release}"/>'
        return f'<package pkgid="{self.digest}" name="{nevra.name}" arch="{nevra.arch}">{version}{files}</package>\n'

    @property
    def facts(self) -> RpmFacts:
        return RpmFacts(
            nevra=self.nevra,
            digest=self.digest,
            size=1,
            source_rpm="",
            header="",
            payload="",
            signed=False,
            primary=self.primary,
            filelists=self.filelists,
            other="",
        )


def package(  # noqa: PLR0913 - a test names only what it is about
    name: str,
    *,
    version: str = "1-1",
    arch: str = "x86_64",
    provides: Sequence[str] = (),
    requires: Sequence[str] = (),
    conflicts: Sequence[str] = (),
    recommends: Sequence[str] = (),
    files: Sequence[str] = (),
    listed_files: Sequence[str] = (),
) -> Package:
    """Return a package.

    Args:
        files: paths that primary metadata lists; `listed_files` only filelists has.
    """
    nevra = Nevra.parse(f"{name}-{version}.{arch}")
    return Package(
        nevra=nevra,
        provides=tuple(provides),
        requires=tuple(requires),
        conflicts=tuple(conflicts),
        recommends=tuple(recommends),
        files=tuple(files),
        listed_files=tuple(listed_files),
        location=f"Packages/{nevra.filename}",
    )


def repository(*packages: Package, name: str = "seed", priority: int = 99) -> PackageRepository:
    """Return a repository of packages."""
    return stage_repository(name, [it.facts for it in packages], priority)


def document(kind: str, chunks: Sequence[str]) -> bytes:
    """Return a whole metadata file: kind is `primary` or `filelists`."""
    root, namespace = ("metadata", "common") if kind == "primary" else (kind, kind)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://linux.duke.edu/metadata/{namespace}" '
        f'xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{len(chunks)}">\n{"".join(chunks)}</{root}>\n'
    ).encode()


def write_repository(root: Path, *packages: Package, suffix: str = ".gz") -> Path:
    """Write a repository directory without the packages themselves; the suffix chooses the compression."""
    files = {
        "primary": document("primary", [it.primary for it in packages]),
        "filelists": document("filelists", [it.filelists for it in packages]),
    }
    return write_metadata(root, {kind: (COMPRESS[suffix](data), len(data)) for kind, data in files.items()}, suffix)


def write_metadata(root: Path, files: Mapping[str, tuple[bytes, int]], suffix: str = ".gz") -> Path:
    """Write metadata files, given as stored bytes and size when decompressed, and a repomd.xml that fits them."""
    (root / "repodata").mkdir(parents=True, exist_ok=True)
    records = []
    for kind, (data, size) in sorted(files.items()):
        location = f"repodata/{kind}.xml{suffix}"
        (root / location).write_bytes(data)
        records.append(record(kind, location, hashlib.sha256(data).hexdigest(), open_size=str(size)))
    write_repomd(root, records)
    return root


def record(kind: str, location: str, checksum: str, *, algorithm: str = "sha256", open_size: str = "0") -> str:
    """Return a `<data>` of repomd.xml."""
    return (
        f'<data type="{kind}"><checksum type="{algorithm}">{checksum}</checksum>'
        f"<location href={quoteattr(location)}/><open-size>{open_size}</open-size></data>\n"
    )


def write_repomd(root: Path, records: Sequence[str]) -> None:
    """Write a repomd.xml."""
    (root / "repodata").mkdir(parents=True, exist_ok=True)
    text = f'<?xml version="1.0"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">{"".join(records)}</repomd>\n'
    (root / "repodata" / "repomd.xml").write_text(text, "utf-8")


def _entries(kind: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return f"    <rpm:{kind}>\n{''.join(map(_entry, texts))}    </rpm:{kind}>\n"


def _entry(text: str) -> str:
    dependency = parse_requirement(text)
    if not isinstance(dependency, Requirement) or not dependency.operator:
        return f"      <rpm:entry name={quoteattr(str(dependency))}/>\n"
    before, colon, after = dependency.evr.partition(":")
    epoch, rest = (before, after) if colon else ("0", before)
    version, dash, release = rest.partition("-")
    return (
        f'      <rpm:entry name={quoteattr(dependency.name)} flags="{_FLAGS[dependency.operator]}" epoch="{epoch}" '
        f'ver="{version}"' + (f' rel="{release}"' if dash else "") + "/>\n"
    )
