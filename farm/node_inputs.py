"""All inputs of one build, kept beside its build id: what `farm why`, the plan and the signer compare and check."""

from dataclasses import dataclass

from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock
from farm.canonical import decode, encode
from farm.digest import Digest
from farm.inputs.named_input import NamedInput
from farm.source_package import RenderedSource, SourceRpm
from farm.store.artifact_store import ArtifactStore


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInputs:
    """What a build id stands for, in full.

    Attributes:
        named: what the source RPM was made from, input by input, when this build id was first met; it is there to
            explain a change, and no part of the identity.
        bootstrap: the bcond that the source RPM switches on so as to begin a cycle; such a build is never published.
            Empty for a full build.
    """

    build: BuildInputs
    source: RenderedSource
    source_rpm: SourceRpm
    lock: BuildrootLock
    named: tuple[NamedInput, ...] = ()
    bootstrap: str = ""


def record_name(build_id: Digest) -> str:
    """Return the name of the store record that holds the inputs of a build id."""
    return f"build-inputs/{build_id}"


def save_inputs(store: ArtifactStore, inputs: NodeInputs) -> None:
    """Keep the inputs of a build id; the same id always has the same inputs, so a second call changes nothing."""
    store.create_record(record_name(inputs.build.build_id), encode(inputs))


def load_inputs(store: ArtifactStore, build_id: Digest) -> NodeInputs | None:
    """Return the inputs of a build id, or None where they were never kept."""
    data = store.record(record_name(build_id))
    return None if data is None else decode(data, NodeInputs)
