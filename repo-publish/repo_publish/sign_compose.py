"""Has all packages and all metadata of a compose signed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farm.canonical import decode, encode
from farm.digest import Digest
from farm.rpm_facts import RpmFacts
from farm.store.artifact_store import ArtifactStore
from repo_publish.assemble import SignedMetadata
from repo_publish.composition import ComposedPackage, ComposedRepository
from repo_publish.layout import RepositoryKey
from repo_publish.repodata import render
from repo_publish.signer.client import SignerClient
from repo_publish.signer.messages import ListedPackage, Listing, SignedRpm
from repo_publish.snapshot import SnapshotPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRepository:
    """A repository whose packages and metadata are signed."""

    key: RepositoryKey
    packages: tuple[SnapshotPackage, ...]
    metadata: SignedMetadata


def sign_compose(
    client: SignerClient, repositories: Sequence[ComposedRepository], store: ArtifactStore
) -> list[SignedRepository]:
    """Return the repositories, signed, in the same order.

    Raises:
        SigningError: the signer refuses something, or cannot work.
    """
    rpms = _sign_packages(client, [package for repository in repositories for package in repository.packages])
    return [
        SignedRepository(
            key=repository.key,
            packages=tuple(_snapshot_package(package, rpms[package.digest]) for package in repository.packages),
            metadata=_sign_metadata(client, repository.packages, rpms, store),
        )
        for repository in repositories
    ]


def _sign_packages(client: SignerClient, packages: Sequence[ComposedPackage]) -> Mapping[Digest, SignedRpm]:
    """Sign build by build: the signer reads what one build made apart from what another did."""
    of_build: dict[Digest, dict[Digest, None]] = defaultdict(dict)
    for package in packages:
        of_build[package.build_id][package.digest] = None
    signed = [rpm for build_id, digests in of_build.items() for rpm in client.sign_rpms(build_id, list(digests))]
    return {rpm.unsigned: rpm for rpm in signed}


def _sign_metadata(
    client: SignerClient, packages: Sequence[ComposedPackage], rpms: Mapping[Digest, SignedRpm], store: ArtifactStore
) -> SignedMetadata:
    listing = Listing(
        packages=tuple(ListedPackage(build_id=package.build_id, unsigned=package.digest) for package in packages)
    )
    repodata = render([decode(store.read(rpms[package.digest].facts), RpmFacts) for package in packages])
    signature = client.sign_repomd(store.put_bytes(encode(listing)), store.put_bytes(repodata.repomd))
    return SignedMetadata(repodata=repodata, signature=signature)


def _snapshot_package(package: ComposedPackage, rpm: SignedRpm) -> SnapshotPackage:
    return SnapshotPackage(
        nevra=package.nevra,
        unsigned=package.digest,
        signed=rpm.signed,
        component=package.component,
        build_id=package.build_id,
        waived=package.waived,
    )
