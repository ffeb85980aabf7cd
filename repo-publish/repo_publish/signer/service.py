"""Answers the signer's requests; knows nothing of sockets."""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from farm.canonical import decode, encode
from farm.clock import Clock
from farm.digest import Digest
from farm.rpm_facts import RpmFacts
from farm.store.artifact_store import ArtifactStore
from repo_publish.authority import Authority, Expected
from repo_publish.repodata import render
from repo_publish.signer.errors import NotMadeHereError
from repo_publish.signer.journal import Journal
from repo_publish.signer.keyring import Keyring
from repo_publish.signer.messages import (
    Describe,
    Described,
    Listing,
    Request,
    Response,
    SignedRepomd,
    SignedRpm,
    SignedRpms,
    SignRpms,
)
from repo_publish.signer.rpm_signing import sign_rpms


class SignerService:
    """The signer without its socket."""

    def __init__(
        self,
        *,
        keyring: Keyring,
        authority: Authority,
        journal: Journal,
        store: ArtifactStore,
        scratch: Path,
        clock: Clock,
    ) -> None:
        self._keyring = keyring
        self._authority = authority
        self._journal = journal
        self._store = store
        self._scratch = scratch
        self._clock = clock

    def answer(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            FarmError: it is refused, or something fails.
        """
        if isinstance(request, Describe):
            key = self._keyring.key
            return Described(fingerprint=key.fingerprint, public_key=key.public)
        if isinstance(request, SignRpms):
            return self._sign_rpms(Digest(request.build_id), [Digest(each) for each in request.unsigned])
        return self._sign_repomd(Digest(request.listing), Digest(request.repomd))

    def _sign_rpms(self, build_id: Digest, digests: list[Digest]) -> SignedRpms:
        expected = self._authority.check(build_id, digests)
        found = {digest: self._made(digest) for digest in digests}
        missing = {digest: expected[digest] for digest, rpm in found.items() if rpm is None}
        made = {rpm.unsigned: rpm for rpm in self._sign_missing(missing)}
        return SignedRpms(rpms=tuple(made.get(digest) or self._require(digest) for digest in digests))

    def _sign_missing(self, missing: dict[Digest, Expected]) -> list[SignedRpm]:
        if not missing:
            return []
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._scratch, prefix="sign-") as scratch:
            made = sign_rpms(missing, store=self._store, keyring=self._keyring, scratch=Path(scratch))
        for rpm in made:
            self._journal.add(rpm)
            self._store.create_record(signed_record(self._keyring.key.fingerprint, rpm.unsigned), encode(rpm))
        return made

    def _sign_repomd(self, listing: Digest, repomd: Digest) -> SignedRepomd:
        """Sign metadata only if it is, byte for byte, what the signed packages of the listing give.

        That is what publishes packages: here none may be half-way between two rounds.
        """
        listed = decode(self._store.read(listing), Listing)
        of_build: dict[str, list[Digest]] = defaultdict(list)
        for package in listed.packages:
            of_build[package.build_id].append(Digest(package.unsigned))
        for build_id, digests in of_build.items():
            self._authority.check(Digest(build_id), digests)
        self._authority.check_settled(map(Digest, of_build))
        rpms = [self._require(Digest(package.unsigned)) for package in listed.packages]
        rendered = render([decode(self._store.read(rpm.facts), RpmFacts) for rpm in rpms])
        content = self._store.read(repomd)
        if content != rendered.repomd:
            raise NotMadeHereError(
                "not signed: the repository metadata is not what its packages give",
                why=f"{len(rpms)} packages give another repomd.xml than {repomd[:12]}",
            )
        now = int(self._clock.now().timestamp())
        return SignedRepomd(signature=self._store.put_bytes(self._keyring.sign(content, seconds=now, armor=True)))

    def _made(self, unsigned: Digest) -> SignedRpm | None:
        """Return what was signed before, if it is still there."""
        rpm = self._journal.find(unsigned)
        return rpm if rpm is not None and self._store.has(rpm.signed) and self._store.has(rpm.facts) else None

    def _require(self, unsigned: Digest) -> SignedRpm:
        rpm = self._made(unsigned)
        if rpm is None:
            raise NotMadeHereError(
                f"not signed: RPM {unsigned[:12]} in the repository metadata was not signed by this signer"
            )
        return rpm


def signed_record(fingerprint: str, unsigned: Digest) -> str:
    """Return the name of the store record that says what a key made of an RPM."""
    return f"signed/{fingerprint}/{unsigned}"
