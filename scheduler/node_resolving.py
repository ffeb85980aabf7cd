"""Finds the inputs of nodes for a driver: the solving in a small pool, the look-ups in its own thread."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from farm.build import BuildOutcome, BuiltRpm
from farm.digest import Digest
from farm.errors import FarmError
from farm.ledger.values import NodeOutcome
from farm.node_inputs import NodeInputs, save_inputs
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler import messages
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_judging import explained
from scheduler.preparation import Prepared
from scheduler.quarantine import quarantined
from scheduler.resolution import MoreRequires
from scheduler.surroundings import CurrentBuild, CurrentBuilds, Post, Surroundings, one_line

_THREADS = 2
_STATE_OF_ERROR = {6: NodeState.UNRESOLVABLE, 8: NodeState.INFRA_ERROR}


Packages = Mapping[Node, Sequence[BuiltRpm]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The inputs of a node, and the packages they were solved from: while those are the same, so are the inputs."""

    inputs: NodeInputs
    built: Packages


class Resolves(Protocol):
    """Finds the inputs of a node; `scheduler.resolution.Resolver` for real."""

    def resolve(self, node: Node, prepared: Prepared, built: Packages) -> NodeInputs | MoreRequires:
        """Return the inputs of a node, or the requirements that the graph must learn of first."""
        ...

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """Keep requirements that the graph has learned."""
        ...


class NodeResolving:
    """Carries out `Resolve`.

    Args:
        prepared: each component, or why it could not be prepared.
    """

    def __init__(
        self,
        *,
        surroundings: Surroundings,
        resolver: Resolves,
        prepared: Mapping[str, Prepared | FarmError],
        made: MadePackages,
        current: CurrentBuilds,
        post: Post,
    ) -> None:
        self._ledger = surroundings.ledger
        self._store = surroundings.store
        self._reporter = surroundings.reporter
        self._resolver = resolver
        self._prepared = prepared
        self._made = made
        self._leases = surroundings.leases
        self._current = current
        self._post = post
        self._waiting: dict[Node, _Found] = {}
        self._quarantined = quarantined(surroundings.ledger)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def resolve(self, node: Node) -> None:
        """Find the inputs of a node, and whether they must be built."""
        prepared = self._prepared[node.component]
        if isinstance(prepared, FarmError):
            self._post(partial(self._unresolved, node, prepared))
            return
        built = self._made.behind(node)
        waiting = self._waiting.pop(node, None)
        if waiting is not None and waiting.built == built:
            self._post(partial(self._resolved, node, waiting))
            return
        job = self._pool.submit(self._resolver.resolve, node, prepared, built)
        job.add_done_callback(lambda done: self._post(partial(self._ended, node, prepared, built, done)))

    def _ended(
        self,
        node: Node,
        prepared: Prepared,
        built: Packages,
        done: Future[NodeInputs | MoreRequires],
    ) -> messages.Event:
        try:
            found = done.result()
            if isinstance(found, MoreRequires):
                event = self._made.require(node, found.requires)
                self._resolver.remember(prepared, node.arch, found.requires)
                return event
        except FarmError as error:
            return self._unresolved(node, error)
        save_inputs(self._store, found)
        return self._resolved(node, _Found(inputs=found, built=built))

    def _unresolved(self, node: Node, error: FarmError) -> messages.Event:
        state = _STATE_OF_ERROR.get(error.exit_status, NodeState.FAILED)
        self._reporter.problem(node, error)
        return messages.Unresolved(node=node, state=state, why=one_line(error))

    def _resolved(self, node: Node, found: _Found) -> messages.Event:
        """Look for a verdict before and after the lease is taken: another driver may have ended in between."""
        current = self._current[node] = CurrentBuild(inputs=found.inputs)
        build_id = current.build_id
        verdict = self._usable_verdict(build_id)
        if verdict is None:
            poison = self._quarantined.get(node)
            if poison is not None and poison.build_id == build_id:
                current.quarantined = True
                return messages.Unresolved(node=node, state=NodeState.INFRA_ERROR, why=_in_quarantine(poison))
            current.lease = self._leases.take(build_id)
            if current.lease is None:
                self._waiting[node] = found
                return messages.HeldElsewhere(node=node, holder=self._leases.holder_of(build_id))
            verdict = self._usable_verdict(build_id)
        if verdict is None:
            return messages.Resolved(node=node, build_id=build_id, built=self._finished_builds(build_id), verdict=None)
        self._made.take_in(node, verdict)
        why = explained(verdict, reused=True)
        return messages.Resolved(node=node, build_id=build_id, built=(), verdict=verdict.status, why=why)

    def _usable_verdict(self, build_id: Digest) -> Verdict | None:
        """Return the verdict on a build id if its RPMs are still there."""
        verdict = self._ledger.verdict(build_id)
        return verdict if verdict is not None and all(self._store.has(rpm.digest) for rpm in verdict.rpms) else None

    def _finished_builds(self, build_id: Digest) -> tuple[str, ...]:
        """Return the variations that succeeded already and whose RPMs are still there."""
        return tuple(
            result.variation.name
            for result in self._ledger.latest_results(build_id)
            if result.outcome is BuildOutcome.SUCCEEDED and all(self._store.has(rpm.digest) for rpm in result.rpms)
        )


def _in_quarantine(outcome: NodeOutcome) -> str:
    hint = "farm run release lets it be tried again"
    return outcome.why if outcome.why.startswith("in quarantine") else f"in quarantine: {outcome.why}; {hint}"
