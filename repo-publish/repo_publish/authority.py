"""What may be signed and published: read from the ledger, the store and the project's waivers.

The signer asks it for itself: the publisher only names a build, and nothing that it says is believed. The build id is a
digest over the inputs of the build, the source RPM among them, so the inputs kept in the store cannot be exchanged
without being noticed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from farm.clock import Clock
from farm.digest import Digest
from farm.ledger.ledger import Ledger
from farm.nevra import Nevra
from farm.node_inputs import NodeInputs, load_inputs
from farm.project.farm_file import read_farm_settings
from farm.project.farm_settings import Waiver
from farm.store.artifact_store import ArtifactStore
from farm.verdict import VerdictStatus
from repo_publish.gate import Denial, RefusalReason, admit
from repo_publish.half_way import HalfWay
from repo_publish.signer.errors import NotAdmittedError

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a file must turn out to be before it is signed.

    Attributes:
        header: sha256 of its main header; empty for a source RPM, which no verdict describes so closely.
        payload: as the verdict has it; empty likewise.
    """

    nevra: Nevra
    header: str
    payload: str


def waivers_of(project: Path | None) -> Sequence[Waiver]:
    """Return the waivers of a project as they are written now; none where there is no project.

    Raises:
        ProjectError: its farm.toml is invalid.
    """
    return read_farm_settings(project).waivers if project is not None else ()


class Authority:
    """The gate, asked anew for each request."""

    def __init__(
        self, *, ledger: Ledger, store: ArtifactStore, waivers: Callable[[], Sequence[Waiver]], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._waivers = waivers
        self._clock = clock

    def signable(self, build_id: Digest) -> Mapping[Digest, Expected]:
        """Return the RPMs of a build that may be signed now, by the digest of the unsigned file.

        Raises:
            NotAdmittedError: none may.
        """
        verdict = self._ledger.verdict(build_id)
        waived = verdict is not None and verdict.status is VerdictStatus.UNREPRODUCIBLE
        waivers = self._waivers() if waived else ()
        decision = admit(build_id, verdict, waivers, self._clock.now().date())
        if isinstance(decision, Denial):
            raise NotAdmittedError(
                f"not signed: {decision.reason.value}",
                why=decision.why,
                hint="farm why says what to do; only reproducible builds, or waived ones, are published",
            )
        inputs = load_inputs(self._store, build_id)
        if inputs is not None and inputs.bootstrap:
            raise NotAdmittedError(
                f"not signed: {RefusalReason.UNSETTLED.value}",
                why=f"{inputs.build.component} was built --with {inputs.bootstrap} to begin a cycle, not in full",
                hint="farm build goes on with the rounds that build it in full",
            )
        binaries = {
            rpm.digest: Expected(nevra=rpm.nevra, header=rpm.header, payload=rpm.payload)
            for rpm in decision.verdict.rpms
        }
        return MappingProxyType({**_source(inputs, build_id), **binaries})

    def check(self, build_id: Digest, digests: Sequence[Digest]) -> Mapping[Digest, Expected]:
        """Return what each of these RPMs of a build must be.

        Raises:
            NotAdmittedError: one of them may not be signed.
        """
        signable = self.signable(build_id)
        for digest in digests:
            if digest not in signable:
                raise NotAdmittedError(
                    f"not signed: no verdict covers RPM {digest[:12]}",
                    why=f"build {build_id[:12]} did not make it",
                    hint="only what was built twice and came out the same is signed",
                )
        return {digest: signable[digest] for digest in digests}

    def check_settled(self, build_ids: Iterable[Digest]) -> None:
        """See that none of some builds is half-way between two rounds of its stage.

        Raises:
            NotAdmittedError: one is.
        """
        half_way = HalfWay(self._ledger, self._store, {waiver.component for waiver in self._waivers()})
        for build_id in build_ids:
            verdict = self._ledger.verdict(build_id)
            stale = half_way.stale(verdict) if verdict is not None else ()
            if stale:
                raise NotAdmittedError(
                    f"not signed: {RefusalReason.UNSETTLED.value}",
                    why=f"build {build_id[:12]} was made with other bytes of {', '.join(stale[:_SHOWN])}",
                    hint="farm repo publish composes anew; farm build goes on with the rounds",
                )


def _source(inputs: NodeInputs | None, build_id: Digest) -> dict[Digest, Expected]:
    """Return the source RPM that the binaries were built from: exactly that one, by the build id."""
    if inputs is None or inputs.build.build_id != build_id:
        return {}
    source = inputs.source_rpm
    if source.digest != inputs.build.source_rpm:
        return {}
    return {source.digest: Expected(nevra=source.nevra, header="", payload="")}
