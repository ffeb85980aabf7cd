"""Facts of built RPMs, kept as records: what the next buildroot is solved from."""

from collections.abc import Iterable

from farm.canonical import decode, encode
from farm.digest import Digest
from farm.rpm_facts import RpmFacts
from farm.store.artifact_store import ArtifactStore, MissingBlobError


def save_facts(store: ArtifactStore, facts: Iterable[RpmFacts]) -> None:
    """Keep the facts of RPMs under their digests."""
    for rpm in facts:
        store.create_record(f"rpm-facts/{rpm.digest}", encode(rpm))


def load_facts(store: ArtifactStore, digest: Digest) -> RpmFacts:
    """Return the facts of an RPM.

    Raises:
        MissingBlobError: they were never kept.
    """
    data = store.record(f"rpm-facts/{digest}")
    if data is None:
        raise MissingBlobError(f"nothing is known of RPM {digest}", hint="build its component again")
    return decode(data, RpmFacts)
