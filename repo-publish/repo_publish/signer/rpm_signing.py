"""Signs RPM files: checks that they are what was judged, has their headers signed, puts the signatures in.

No RPM library runs here. The file is cut at three lengths (`signature_header`), gpg signs the main header as bytes, and
everything behind the signature header is copied as it is. What the signed file holds is then read in a sandbox, which
sees neither the key nor the agent.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import encode
from farm.digest import Digest, digest_bytes, digest_file
from farm.rpm.reader import read_rpms
from farm.rpm_facts import RpmFacts
from farm.store.artifact_store import ArtifactStore
from repo_publish.authority import Expected
from repo_publish.repodata import check_facts
from repo_publish.signature_header import read_front, signed_front
from repo_publish.signer.errors import TamperedError
from repo_publish.signer.keyring import Keyring
from repo_publish.signer.messages import SignedRpm
from repo_publish.write import FILE_MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One RPM on its way: its unsigned and signed copies in the scratch directory."""

    unsigned: Digest
    expected: Expected
    signed: Path


def sign_rpms(
    expected: Mapping[Digest, Expected], *, store: ArtifactStore, keyring: Keyring, scratch: Path
) -> list[SignedRpm]:
    """Sign RPMs of one build and store them; the order is that of the mapping.

    Signing the same file twice gives the same bytes.

    Raises:
        TamperedError: a file is not what was judged.
        BadSignatureHeaderError: a file is no RPM, or is signed already.
        KeyUnavailableError: the key cannot be used.
        BadRpmError: a file cannot be read.
        StoreError: the store fails.
    """
    work = [_sign(digest, each, store=store, keyring=keyring, scratch=scratch) for digest, each in expected.items()]
    facts = read_rpms([each.signed for each in work])
    return [_keep(each, read, store) for each, read in zip(work, facts, strict=True)]


def _sign(digest: Digest, expected: Expected, *, store: ArtifactStore, keyring: Keyring, scratch: Path) -> _Work:
    directory = scratch / digest
    directory.mkdir()
    unsigned = directory / "unsigned.rpm"
    signed = directory / expected.nevra.filename
    store.export(digest, unsigned)
    with unsigned.open("rb") as source, signed.open("xb") as target:
        front = read_front(source)
        header = digest_bytes(front.main_header)
        if expected.header not in ("", header):
            raise _tampered(expected, f"its main header is {header[:12]}, the verdict says {expected.header[:12]}")
        signature = keyring.sign(front.main_header, seconds=keyring.key.created)
        target.write(signed_front(front, signature))
        source.seek(front.main_offset)
        shutil.copyfileobj(source, target)
    signed.chmod(FILE_MODE)
    unsigned.unlink()
    return _Work(unsigned=digest, expected=expected, signed=signed)


def _keep(work: _Work, facts: RpmFacts, store: ArtifactStore) -> SignedRpm:
    _compare(work.expected, facts, digest_file(work.signed))
    check_facts(facts)
    digest = store.put_file(work.signed)
    work.signed.unlink()
    return SignedRpm(unsigned=work.unsigned, signed=digest, facts=store.put_bytes(encode(facts)))


def _compare(expected: Expected, facts: RpmFacts, digest: Digest) -> None:
    """Refuse a signed file that is not the judged one with a signature."""
    read: Sequence[tuple[str, object, object]] = (
        ("digest", facts.digest, digest),
        ("NEVRA", facts.nevra, expected.nevra),
        ("main header", facts.header, expected.header or facts.header),
        ("payload", facts.payload, expected.payload or facts.payload),
        ("signature", facts.signed, True),
    )
    for name, found, wanted in read:
        if found != wanted:
            raise _tampered(expected, f"its {name} is {str(found)[:200]!r}, not {str(wanted)[:200]!r}")


def _tampered(expected: Expected, why: str) -> TamperedError:
    return TamperedError(
        f"not signed: {expected.nevra.filename[:200]} is not what was judged",
        why=why,
        hint="build the component again; if it happens again, look for who can write to the artifact store",
    )
