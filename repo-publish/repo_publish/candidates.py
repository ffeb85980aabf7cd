"""Collects from the ledger what could be published."""

from datetime import date

from farm.arch import ARCHES
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs
from farm.project.channels import PackageKind, channel_of
from farm.project.model import Project
from farm.states import NodeState
from farm.store.artifact_store import ArtifactStore
from repo_publish.choice import Built, Candidate
from repo_publish.compose import compose
from repo_publish.composition import Compose

_JUDGED = (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE)


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
    return candidates


def _candidate(
    component: str, arch: str, newest: NodeOutcome | None, ledger: Ledger, store: ArtifactStore
) -> Candidate:
    if newest is None:
        return Candidate(component=component, arch=arch, state=None, why="", newest=None, earlier=())
    earlier = (ledger.last_outcome(component, arch, _JUDGED), ledger.last_good(component, arch))
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
    if outcome.build_id is None or outcome.state not in _JUDGED:
        return None
    verdict = ledger.verdict(outcome.build_id)
    if verdict is None:
        return None
    inputs = load_inputs(store, outcome.build_id)
    return Built(verdict=verdict, source=inputs.source_rpm if inputs is not None else None)
