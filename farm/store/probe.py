"""Tries whether a store really refuses to create a record twice (design decision 2)."""

from farm.identity import random_name
from farm.store.artifact_store import ArtifactStore, StoreError


class ConditionalCreateError(StoreError):
    """A store overwrites what is there: with it, two workers could both win."""

    code = "STO005"


def probe_conditional_create(store: ArtifactStore) -> None:
    """Create a record twice and see that the first one stays.

    Raises:
        ConditionalCreateError: it does not.
    """
    name = f"probe/{random_name('probe')}"
    try:
        created = store.create_record(name, b"first"), store.create_record(name, b"second")
        kept = store.record(name)
    finally:
        store.delete_record(name)
    if created != (True, False) or kept != b"first":
        raise ConditionalCreateError(
            "the artifact store cannot create a record only where there is none",
            why=f"two attempts said {created}, and {kept!r} was kept",
            hint="use a store with conditional writes",
        )
