"""Which build represents a component on an architecture: the newest one that the gate lets through. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from farm.digest import Digest
from farm.nevra import Nevra
from farm.project.farm_settings import Waiver
from farm.source_package import SourceRpm
from farm.states import NodeState
from farm.verdict import Verdict
from repo_publish.composition import Refused
from repo_publish.gate import Admission, Denial, RefusalReason, admit
from repo_publish.layout import is_publishable

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A build that was judged, and the source RPM it was made from.

    Attributes:
        source: None where the inputs of the build were not kept: then nothing of it is published.
        stale: names of packages it was built with that its stage, which has not settled, has in other bytes by now.
        bootstrap: the bcond that it began a cycle with; empty for a full build.
    """

    verdict: Verdict
    source: SourceRpm | None
    stale: tuple[str, ...] = ()
    bootstrap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the ledger knows of a component on one architecture.

    Attributes:
        state: state of its newest outcome; None where it was never built.
        why: what the ledger says about that state.
        newest: the build of the newest outcome; None where it has none.
        earlier: builds that may stay in the repository where the newest may not enter it, best first.
    """

    component: str
    arch: str
    state: NodeState | None
    why: str
    newest: Built | None
    earlier: tuple[Built, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The build that represents a component on an architecture."""

    component: str
    arch: str
    admission: Admission
    source: SourceRpm


def choose(candidate: Candidate, waivers: Sequence[Waiver], today: date, refused: list[Refused]) -> Choice | None:
    """Take the newest build if the gate lets it through, else the best earlier one; report what was refused."""
    newest = _admit(candidate.newest, candidate, waivers, today)
    if isinstance(newest, Choice):
        return newest
    tried = [_admit(built, candidate, waivers, today) for built in candidate.earlier]
    kept = next((choice for choice in tried if isinstance(choice, Choice)), None)
    refused.append(
        Refused(
            component=candidate.component,
            arch=candidate.arch,
            reason=newest.reason,
            why=newest.why,
            kept=kept is not None,
        )
    )
    return kept


def _admit(built: Built | None, candidate: Candidate, waivers: Sequence[Waiver], today: date) -> Choice | Denial:
    if built is None:
        return _nothing_built(candidate)
    verdict = built.verdict
    if (verdict.component, verdict.arch) != (candidate.component, candidate.arch):
        why = f"the verdict is on {verdict.component} for {verdict.arch}"
        return Denial(reason=RefusalReason.NO_VERDICT, why=why)
    decision = _half_way(built) or admit(verdict.build_id, verdict, waivers, today)
    if isinstance(decision, Denial):
        return decision
    if built.source is None:
        return Denial(reason=RefusalReason.NO_SOURCE, why="its source RPM is not known any more")
    for nevra, arch in ((built.source.nevra, "src"), *((rpm.nevra, candidate.arch) for rpm in verdict.rpms)):
        if not is_publishable(nevra, arch):
            return Denial(reason=RefusalReason.BAD_NAME, why=f"no package of {arch}: {str(nevra)[:200]!r}")
    return Choice(component=candidate.component, arch=candidate.arch, admission=decision, source=built.source)


def _half_way(built: Built) -> Denial | None:
    if built.bootstrap:
        why = f"its stage has not settled: it was built --with {built.bootstrap} to begin a cycle, not in full yet"
        return Denial(reason=RefusalReason.UNSETTLED, why=why)
    if not built.stale:
        return None
    names = ", ".join(built.stale[:_SHOWN])
    return Denial(
        reason=RefusalReason.UNSETTLED, why=f"its stage has not settled: it was built with other bytes of {names}"
    )


def _nothing_built(candidate: Candidate) -> Denial:
    if candidate.state is None:
        return Denial(reason=RefusalReason.NOT_BUILT, why="it was never built")
    reason = RefusalReason.FAILED
    if candidate.state in (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE):
        reason = RefusalReason.NO_VERDICT
    return Denial(reason=reason, why=": ".join(filter(None, (candidate.state.value, candidate.why))))


def without_differing_noarch(choices: Sequence[Choice], refused: list[Refused]) -> list[Choice]:
    """Drop the components whose noarch packages of one NEVRA came out differently on two architectures."""
    seen: dict[tuple[str, Nevra], set[Digest]] = defaultdict(set)
    for choice in choices:
        for rpm in choice.admission.verdict.rpms:
            if rpm.nevra.arch == "noarch":
                seen[choice.component, rpm.nevra].add(rpm.digest)
    differing: dict[str, list[str]] = defaultdict(list)
    for (component, nevra), digests in sorted(seen.items(), key=lambda item: item[0]):
        if len(digests) > 1:
            differing[component].append(nevra.filename)
    refused.extend(
        Refused(
            component=choice.component,
            arch=choice.arch,
            reason=RefusalReason.NOARCH_DIFFERS,
            why=f"not the same on every architecture: {', '.join(differing[choice.component][:3])}",
        )
        for choice in choices
        if choice.component in differing
    )
    return [choice for choice in choices if choice.component not in differing]
