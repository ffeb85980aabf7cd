"""Checks a published tree as a careful client would: signatures, digests, and that nothing is missing or unlisted.

What is not signed by the key is not parsed.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from farm.digest import digest_file
from repo_publish.metadata_reader import DamagedMetadataError, ListedRpm, read_primary, read_repomd
from repo_publish.repodata import REPOMD, SIGNATURE
from repo_publish.verify import bad_rpm_signatures, is_well_signed


class FindingKind(StrEnum):
    """What can be wrong with a tree, or with the record of it; stable words."""

    NO_REPOSITORY = "no-repository"
    METADATA_SIGNATURE = "metadata-signature"
    METADATA_DAMAGED = "metadata-damaged"
    RPM_MISSING = "rpm-missing"
    RPM_DAMAGED = "rpm-damaged"
    RPM_UNLISTED = "rpm-unlisted"
    RPM_SIGNATURE = "rpm-signature"
    RPM_NOT_ADMITTED = "rpm-not-admitted"
    RPM_UNRECORDED = "rpm-unrecorded"
    LEDGER_CHAIN = "ledger-chain"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing that is wrong. `path` is below the root of the tree; of the ledger it is the name of its file."""

    kind: FindingKind
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeReport:
    """What was found.

    Attributes:
        listed: digest of each RPM that signed metadata lists, by its path below the root.
    """

    repositories: tuple[str, ...]
    listed: dict[str, str]
    findings: tuple[Finding, ...]


def check_tree(root: Path, public_key: Path, fingerprint: str) -> TreeReport:
    """Check every repository below a directory with one public key."""
    root = root.resolve()
    repositories = sorted(path.parent.relative_to(root).as_posix() for path in root.rglob("repodata") if path.is_dir())
    findings: list[Finding] = []
    listed: dict[str, str] = {}
    for repository in repositories:
        listed |= _check_repository(root, repository, public_key, findings)
    if not repositories:
        findings.append(Finding(kind=FindingKind.NO_REPOSITORY, path="", why="there is no repodata"))
    findings += _unlisted(root, listed)
    whole = [path for path, digest in sorted(listed.items()) if _check_file(root, path, digest, findings)]
    wrong = bad_rpm_signatures(root, whole, public_key, fingerprint)
    findings += [Finding(kind=FindingKind.RPM_SIGNATURE, path=path, why=why) for path, why in wrong.items()]
    return TreeReport(repositories=tuple(repositories), listed=listed, findings=tuple(sorted(findings)))


def _check_repository(root: Path, repository: str, public_key: Path, findings: list[Finding]) -> dict[str, str]:
    """Check the metadata of a repository and return the digests of the RPMs that it lists, by path below the root."""
    repodata = root / repository / "repodata"
    repomd = repodata / REPOMD
    signature = repodata / SIGNATURE
    path = f"{repository}/repodata/{REPOMD}"
    if not repomd.is_file() or not signature.is_file():
        findings.append(Finding(kind=FindingKind.METADATA_SIGNATURE, path=path, why="it or its signature is missing"))
        return {}
    if not is_well_signed(repomd, signature, public_key):
        findings.append(Finding(kind=FindingKind.METADATA_SIGNATURE, path=path, why="its signature is not good"))
        return {}
    try:
        rpms = _read_metadata(root, repository, findings)
    except DamagedMetadataError as error:
        findings.append(Finding(kind=FindingKind.METADATA_DAMAGED, path=path, why=f"{error.what}: {error.why}"))
        return {}
    return {f"{repository}/{rpm.location}": rpm.sha256 for rpm in rpms}


def _read_metadata(root: Path, repository: str, findings: list[Finding]) -> list[ListedRpm]:
    rpms: list[ListedRpm] = []
    for record in read_repomd(root / repository / "repodata" / REPOMD):
        path = f"{repository}/{record.location}"
        if not _is_below(record.location, "repodata") or not (root / path).is_file():
            findings.append(Finding(kind=FindingKind.METADATA_DAMAGED, path=path, why="it is listed and not there"))
        elif digest_file(root / path) != record.sha256:
            findings.append(Finding(kind=FindingKind.METADATA_DAMAGED, path=path, why="its digest is another"))
        elif record.kind == "primary":
            rpms = read_primary(root / path)
    return rpms


def _check_file(root: Path, path: str, digest: str, findings: list[Finding]) -> bool:
    """Check one listed RPM; False where its signature need not be looked at any more."""
    file = root / path
    if ".." in PurePosixPath(path).parts or file.is_symlink() or not file.is_file():
        findings.append(Finding(kind=FindingKind.RPM_MISSING, path=path, why="it is listed and not there"))
        return False
    found = digest_file(file)
    if found != digest:
        why = f"its digest is {found[:12]}, the metadata says {digest[:12]}"
        findings.append(Finding(kind=FindingKind.RPM_DAMAGED, path=path, why=why))
    return True


def _unlisted(root: Path, listed: dict[str, str]) -> list[Finding]:
    present = {path.relative_to(root).as_posix() for path in root.rglob("*.rpm")}
    return [
        Finding(kind=FindingKind.RPM_UNLISTED, path=path, why="no signed metadata lists it")
        for path in sorted(present - set(listed))
    ]


def _is_below(location: str, directory: str) -> bool:
    parts = PurePosixPath(location).parts
    return parts[:1] == (directory,) and ".." not in parts
