"""`seed.json`: what a seed repository is made of, so that a later run can tell whether it is still that."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from farm.canonical import encode
from farm.digest import digest_file

NAME = "seed.json"
PACKAGES = "Packages"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where an RPM comes from.

    Attributes:
        package: Debian package, or the spec of a local one; `version` is empty for that.
        sha256: of the .deb, or of the spec's directory.
    """

    package: str
    version: str
    sha256: str


class SeedPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One RPM of the repository.

    Attributes:
        key: identity of its conversion; names it in the pool.
    """

    nevra: str
    filename: str
    sha256: str
    size: int
    key: str
    origin: Origin


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The whole repository.

    Attributes:
        request: identity of what was asked for: lists, names, local packages, converter.
        rpm: version of the converter's rpm; `code` digest of its code.
        packages: sorted by NEVRA.
        repodata: digest of each metadata file by name.
    """

    list_name: str
    arch: str
    suite: str
    request: str
    code: str
    rpm: str
    packages: tuple[SeedPackage, ...]
    repodata: dict[str, str]


def read_manifest(repository: Path) -> Manifest | None:
    """Return a repository's manifest, or None where there is none that can be read."""
    try:
        return msgspec.json.decode((repository / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def write_manifest(repository: Path, manifest: Manifest) -> None:
    """Write a repository's manifest."""
    data = msgspec.json.format(encode(manifest), indent=1)
    (repository / NAME).write_bytes(data + b"\n")


def damaged_files(repository: Path, manifest: Manifest) -> list[str]:
    """Return the files whose bytes are not what the manifest says, or that are missing, sorted."""
    wanted = {f"{PACKAGES}/{package.filename}": package.sha256 for package in manifest.packages}
    wanted |= {f"repodata/{name}": digest for name, digest in manifest.repodata.items()}
    names = sorted(wanted)
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as readers:
        good = readers.map(lambda name: _has_digest(repository / name, wanted[name]), names)
        return [name for name, is_good in zip(names, good, strict=True) if not is_good]


def _has_digest(path: Path, digest: str) -> bool:
    try:
        return digest_file(path) == digest
    except OSError:
        return False
