"""Collects from the ledger what could be published."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from farm.arch import ARCHES
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs
from farm.project.channels import PackageKind, channel_of
from farm.project.model import Project
from farm.store.artifact_store import ArtifactStore
from repo_publish.choice import Built, Candidate
from repo_publish.compose import compose
from repo_publish.composition import Compose
from repo_publish.half_way import JUDGED, HalfWay

_EARLIER = 5
"""So many earlier builds are looked at where the newest may not be published yet."""


def compose_project(project: Project, ledger: Ledger, store: ArtifactStore, today: date) -> Compose:
    """Compose the repositories of a project from all that the ledger knows, if it is as the farm wrote it.

    Raises:
        BrokenChainError: somebody else wrote in the ledger.
        ComposeConflictError: two different packages want the same place.
        ChannelNameError: a publish channel cannot be a directory.
    """

    def channel(component: str, package: str, kind: PackageKind) -> str | None:
        return channel_of(project, component, package, kind)

    ledger.verify_chain()  # 100,000 events take a second: little beside signing
    candidates = collect(project, ledger, store)
    return compose(candidates, channel_of=channel, waivers=project.farm.waivers, today=today)


def collect(project: Project, ledger: Ledger, store: ArtifactStore) -> list[Candidate]:
    """Return a candidate for each component and architecture that the project builds, or that was built."""
    candidates = []
    for component in sorted(project.components):
        for arch in sorted(ARCHES):
            newest = ledger.last_outcome(component, arch)
            if newest is not None or arch in project.farm.arches:
                candidates.append(_candidate(component, arch, newest, ledger, store))
    return without_half_way(candidates, {waiver.component for waiver in project.farm.waivers}, ledger, store)


def without_half_way(
    candidates: Sequence[Candidate], waived: AbstractSet[str], ledger: Ledger, store: ArtifactStore
) -> list[Candidate]:
    """Mark builds that are half-way between two rounds: their run has not settled, and a later round builds them anew.

    So are builds that began a cycle with a bootstrap bcond, and those with packages of one in their buildroot.
    What came out of an earlier run that did settle may stand in for them.

    Args:
        waived: components whose builds others may use though they differ.
    """
    half_way = HalfWay(ledger, store, waived)
    return [_without_half_way(candidate, half_way, ledger, store) for candidate in candidates]


def _without_half_way(candidate: Candidate, half_way: HalfWay, ledger: Ledger, store: ArtifactStore) -> Candidate:
    newest = candidate.newest
    if newest is not None and not half_way.runs.has_node_settled(candidate.component, candidate.arch):
        newest = replace(newest, stale=half_way.made_anew(newest.verdict))
        if newest.stale or newest.bootstrap:
            return replace(candidate, newest=newest, earlier=_settled_before(candidate, half_way, ledger, store))
    whole = [it for it in candidate.earlier if it == newest or not (it.bootstrap or half_way.stale(it.verdict))]
    if len(whole) == len(candidate.earlier):
        return candidate
    return replace(candidate, earlier=(*whole, *_settled_before(candidate, half_way, ledger, store)))


def _settled_before(candidate: Candidate, half_way: HalfWay, ledger: Ledger, store: ArtifactStore) -> tuple[Built, ...]:
    """Return builds of a node but for its newest one, out of runs that did settle, newest first."""
    newest = candidate.newest.verdict.build_id if candidate.newest is not None else None
    past = ledger.past_outcomes(candidate.component, candidate.arch, JUDGED)
    settled = [it for run_id, it in past if it.build_id != newest and half_way.runs.has_settled(run_id)]
    built = [_built(outcome, ledger, store) for outcome in settled[:_EARLIER]]
    return tuple(each for each in built if each is not None)


def _candidate(
    component: str, arch: str, newest: NodeOutcome | None, ledger: Ledger, store: ArtifactStore
) -> Candidate:
    if newest is None:
        return Candidate(component=component, arch=arch, state=None, why="", newest=None, earlier=())
    earlier = (ledger.last_outcome(component, arch, JUDGED), ledger.last_good(component, arch))
    built = [_built(outcome, ledger, store) for outcome in earlier if outcome is not None]
    return Candidate(
        component=component,
        arch=arch,
        state=newest.state,
        why=newest.why,
        newest=_built(newest, ledger, store),
        earlier=tuple(each for each in built if each is not None),
    )


def _built(outcome: NodeOutcome, ledger: Ledger, store: ArtifactStore) -> Built | None:
    """Return the judged build of an outcome; None where it never came to a verdict."""
    if outcome.build_id is None or outcome.state not in JUDGED:
        return None
    verdict = ledger.verdict(outcome.build_id)
    if verdict is None:
        return None
    inputs = load_inputs(store, outcome.build_id)
    if inputs is None:
        return Built(verdict=verdict, source=None)
    return Built(verdict=verdict, source=inputs.source_rpm, bootstrap=inputs.bootstrap)
