"""`farm repo check`: is what clients see exactly what the farm judged, signed and recorded? Is the record whole?"""

from dataclasses import dataclass
from pathlib import Path

from farm.counted import counted
from farm.digest import digest_bytes
from farm.errors import FarmError, InfrastructureError, NotReproducibleError, SigningError
from farm.ledger.errors import BrokenChainError
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths
from repo_publish.authority import Authority
from repo_publish.layout import PUBLIC_KEY
from repo_publish.published import NothingPublishedError, current_snapshot
from repo_publish.signature_header import BadSignatureHeaderError, read_front
from repo_publish.signer.errors import NotAdmittedError
from repo_publish.snapshot import Snapshot, SnapshotPackage
from repo_publish.tree_check import Finding, FindingKind, TreeReport, check_tree
from repo_publish.verify import fingerprint_of


class CheckFailedError(FarmError):
    """A published tree is damaged or incomplete."""

    code = "CHK001"


class SignatureCheckFailedError(SigningError):
    """A published tree holds something that the key did not sign."""

    code = "CHK002"


class UnbackedError(NotReproducibleError):
    """A published package has no passing verdict and no waiver."""

    code = "CHK003"


class LedgerCheckFailedError(InfrastructureError):
    """The ledger's chain of events is broken: what it says was built and judged cannot be believed."""

    code = "CHK007"


_SIGNATURES = frozenset({FindingKind.METADATA_SIGNATURE, FindingKind.RPM_SIGNATURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What was checked and found.

    Attributes:
        snapshot: empty where only a tree was looked at.
        events: how many events the ledger's chain has; None where only a tree was looked at, or the chain is broken.
    """

    snapshot: str
    repositories: int
    packages: int
    events: int | None
    findings: tuple[Finding, ...]


def check_published(state: StatePaths, ledger: Ledger, authority: Authority) -> CheckReport:
    """Check the ledger's chain, and the published snapshot against signatures, metadata, ledger and verdicts.

    Raises:
        NothingPublishedError: nothing was published.
        BrokenChainError: nothing was published, and the ledger's chain is broken.
    """
    snapshot = current_snapshot(state)
    if snapshot is None:
        ledger.verify_chain()
        raise NothingPublishedError("nothing is published", hint="farm repo publish does so")
    events, broken = _chain(state, ledger)
    root = state.repositories.resolve()
    tree = check_tree(root, state.public_key, fingerprint_of(state.public_key))
    findings = [*broken, *tree.findings, *_unrecorded(tree, snapshot, ledger), *_unbacked(root, snapshot, authority)]
    return _report(snapshot.name, tree, findings, events)


def check_url_tree(root: Path, public_key: Path | None) -> CheckReport:
    """Check a tree as a client can, by the key that is given or, failing that, by the one the tree itself offers."""
    key = public_key or root / PUBLIC_KEY
    tree = check_tree(root, key, fingerprint_of(key))
    return _report("", tree, list(tree.findings), None)


def failure(report: CheckReport) -> FarmError | None:
    """Return the error that a report amounts to, the gravest first; None where nothing was found."""
    if not report.findings:
        return None
    kinds = {finding.kind for finding in report.findings}
    what = f"the repositories, or the record of them, are wrong in {counted(len(report.findings), 'place')}"
    why = "\n".join(f"{finding.path}: {finding.kind.value}: {finding.why}" for finding in report.findings[:10])
    if kinds & _SIGNATURES:
        return SignatureCheckFailedError(
            what, why=why, hint="farm repo publish makes the tree anew; find out who wrote"
        )
    if FindingKind.LEDGER_CHAIN in kinds:
        hint = "the database was edited by other means: restore a backup, and find out who wrote"
        return LedgerCheckFailedError(what, why=why, hint=hint)
    if FindingKind.RPM_NOT_ADMITTED in kinds:
        return UnbackedError(what, why=why, hint="farm repo publish composes without what is not admitted any more")
    return CheckFailedError(what, why=why, hint="farm repo publish makes the tree anew")


def unbacked(packages: list[SnapshotPackage], authority: Authority) -> list[tuple[SnapshotPackage, str]]:
    """Return the packages that no verdict and no waiver covers now, and why."""
    found = []
    for package in packages:
        try:
            authority.check(package.build_id, [package.unsigned])
        except NotAdmittedError as error:
            found.append((package, error.why or error.what))
    return found


def _chain(state: StatePaths, ledger: Ledger) -> tuple[int | None, list[Finding]]:
    """Count the events of the ledger's chain; None, and why, where it is broken."""
    try:
        return ledger.verify_chain(), []
    except BrokenChainError as error:
        why = f"{error.what}: {error.why}"
        return None, [Finding(kind=FindingKind.LEDGER_CHAIN, path=state.ledger.name, why=why)]


def _unrecorded(tree: TreeReport, snapshot: Snapshot, ledger: Ledger) -> list[Finding]:
    """Compare what is listed with what the ledger says was published."""
    publication = next((each for each in ledger.publications() if each.snapshot == snapshot.name), None)
    recorded = {package.path: str(package.signed) for package in publication.packages} if publication else {}
    claimed = {
        f"{repository.key.path}/{package.location}": (str(package.signed), str(package.unsigned))
        for repository in snapshot.repositories
        for package in repository.packages
    }
    unsigned = {package.path: str(package.unsigned) for package in publication.packages} if publication else {}
    findings = []
    for path in sorted({*tree.listed, *recorded, *claimed}):
        digests = {tree.listed.get(path), recorded.get(path), claimed.get(path, (None, None))[0]}
        if len(digests) != 1 or claimed[path][1] != unsigned[path]:
            why = "metadata, snapshot.json and the ledger do not say the same of it"
            findings.append(Finding(kind=FindingKind.RPM_UNRECORDED, path=path, why=why))
    return findings


def _unbacked(root: Path, snapshot: Snapshot, authority: Authority) -> list[Finding]:
    findings = []
    for repository in snapshot.repositories:
        for package in repository.packages:
            path = f"{repository.key.path}/{package.location}"
            why = _why_unbacked(root / path, package, authority)
            if why:
                findings.append(Finding(kind=FindingKind.RPM_NOT_ADMITTED, path=path, why=why))
    return findings


def _why_unbacked(path: Path, package: SnapshotPackage, authority: Authority) -> str:
    """Return why a package is not covered by a verdict on these very bytes; empty where it is."""
    try:
        expected = authority.check(package.build_id, [package.unsigned])[package.unsigned]
        with path.open("rb") as stream:
            header = digest_bytes(read_front(stream).main_header)
    except NotAdmittedError as error:
        return error.why or error.what
    except (BadSignatureHeaderError, OSError):
        return ""  # missing or damaged, which the check of the tree has found already
    if expected.header not in ("", header):
        return f"its main header is {header[:12]}, that of the judged file {expected.header[:12]}"
    return ""


def _report(snapshot: str, tree: TreeReport, findings: list[Finding], events: int | None) -> CheckReport:
    return CheckReport(
        snapshot=snapshot,
        repositories=len(tree.repositories),
        packages=len(tree.listed),
        events=events,
        findings=tuple(sorted(findings)),
    )
