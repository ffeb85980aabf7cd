"""Finds the inputs of nodes for a driver.

Solving, and what the store is asked, is done in small pools; what the ledger is asked, in the driver's thread for many
nodes at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Protocol

from farm.build import BuildOutcome, BuildResult, BuiltRpm
from farm.digest import Digest
from farm.errors import FarmError
from farm.ledger.subjects import build_subject
from farm.node_inputs import NodeInputs, save_inputs
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler import messages
from scheduler.answers import Answer, InputsFound, InputsMissing, Packages, Post, RequiresFound, VerdictUsable, in_pool
from scheduler.cuts import UncuttableCycleError
from scheduler.known_graph import real_packages
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_judging import explained
from scheduler.preparation import Prepared
from scheduler.quarantine import quarantine_words, quarantined
from scheduler.resolution import MoreRequires
from scheduler.run_record import RunRecord
from scheduler.surroundings import CurrentBuild, CurrentBuilds, Surroundings, one_line

_THREADS = 2
_ASKING_THREADS = 16
"""They wait, mostly: `%generate_buildrequires` runs in a sandbox, on a cluster on another machine."""

_STORE_THREADS = 8
"""A store on disk waits for it, one on the network for the network: threads cost next to nothing."""

_STATE_OF_ERROR = {6: NodeState.UNRESOLVABLE, 8: NodeState.INFRA_ERROR}


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
        record: RunRecord,
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
        self._record = record
        self._post = post
        self._waiting: dict[Node, InputsFound] = {}
        self._quarantined = quarantined(surroundings.ledger)
        self._solving = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")
        self._asking = ThreadPoolExecutor(_ASKING_THREADS, thread_name_prefix="generate")
        self._looking = ThreadPoolExecutor(_STORE_THREADS, thread_name_prefix="look")
        self._closed = False
        self._closing = Lock()

    def close(self) -> None:
        """Begin nothing more; what is still being solved is let go."""
        with self._closing:
            self._closed = True
        for pool in (self._solving, self._asking, self._looking):
            pool.shutdown(wait=False, cancel_futures=True)

    def resolve(self, node: Node) -> None:
        """Find the inputs of a node, and whether they must be built."""
        prepared = self._prepared[node.component]
        if isinstance(prepared, FarmError):
            self._post(InputsMissing(node=node, error=prepared))
            return
        built = self._made.behind(node)
        waiting = self._waiting.pop(node, None)
        if waiting is not None and waiting.built == built:
            self._post(waiting)
            return
        pool = self._asking if prepared.is_dynamic(node.arch) else self._solving
        in_pool(pool, self._keep, lambda: self._solve(node, prepared, built))

    def missing(self, it: InputsMissing) -> messages.Event:
        """Say why the inputs of a node cannot be known."""
        state = _STATE_OF_ERROR.get(it.error.exit_status, NodeState.FAILED)
        self._record.then(lambda: self._reporter.problem(it.node, it.error))
        return messages.Unresolved(node=it.node, state=state, why=one_line(it.error))

    def require(self, it: RequiresFound) -> messages.Event:
        """Let the graph learn what a node asks for; once it has, that is kept.

        It is kept, too, where it closes a cycle that the next plan can begin with a bootstrap bcond.
        """
        prepared = self._prepared[it.node.component]
        try:
            event = self._made.require(it.node, it.requires)
        except UncuttableCycleError as error:
            if not self._made.can_begin_with(it.node, it.requires):
                return self.missing(InputsMissing(node=it.node, error=error))
            hint = "farm build again: now that the cycle is known, it can begin with a bootstrap bcond"
            known = UncuttableCycleError(error.what, why=error.why, hint=hint)
            event = self.missing(InputsMissing(node=it.node, error=known))
        except FarmError as error:
            return self.missing(InputsMissing(node=it.node, error=error))
        if isinstance(prepared, Prepared):
            self._record.then(lambda: self._resolver.remember(prepared, it.node.arch, it.requires))
        return event

    def found(self, answers: Sequence[InputsFound]) -> list[messages.Event]:
        """Lease what must be built. Verdicts are looked for before and after: another driver may end in between."""
        for it in answers:
            held = self._current.get(it.node)
            mine = held.lease if held is not None and held.build_id == it.build_id else None
            self._current[it.node] = CurrentBuild(inputs=it.inputs, build_id=it.build_id, lease=mine)
        judged = self._judged(answers)
        for it in answers:
            if it.build_id in judged:
                self._look(it, judged[it.build_id])
        unjudged = [it for it in answers if it.build_id not in judged]
        poison = [event for it in unjudged if (event := self._in_quarantine(it)) is not None]
        wanted = [it for it in unjudged if not self._current[it.node].quarantined]
        return [*poison, *self._lease(wanted)]

    def usable(self, answers: Sequence[VerdictUsable]) -> list[messages.Event]:
        """Take over what was judged before."""
        self._made.take_in({it.node: (it.verdict.rpms, it.packages) for it in answers})
        return [
            messages.Resolved(
                node=it.node,
                build_id=it.verdict.build_id,
                built=(),
                verdict=it.verdict.status,
                why=explained(it.verdict, reused=True),
            )
            for it in answers
        ]

    def _solve(self, node: Node, prepared: Prepared, built: Packages) -> Answer:
        try:
            found = self._resolver.resolve(node, prepared, built)
        except FarmError as error:
            return InputsMissing(node=node, error=error)
        if isinstance(found, MoreRequires):
            return RequiresFound(node=node, requires=found.requires)
        return InputsFound(node=node, inputs=found, build_id=found.build.build_id, built=built)

    def _keep(self, answer: Answer) -> None:
        """Have the store keep inputs before anything is built from them; pass on what is known then."""
        if not isinstance(answer, InputsFound):
            self._post(answer)
            return

        def keep() -> Answer:
            save_inputs(self._store, answer.inputs)
            return answer

        with self._closing:
            if not self._closed:
                in_pool(self._looking, self._post, keep)

    def _judged(self, found: Sequence[InputsFound]) -> dict[Digest, Verdict]:
        """Return the verdicts on build ids that may count: but for those whose RPMs are known to be gone."""
        gone = {it.build_id: it.gone for it in found}
        judged = self._ledger.verdicts(gone) if gone else {}
        return {build_id: verdict for build_id, verdict in judged.items() if verdict != gone[build_id]}

    def _in_quarantine(self, it: InputsFound) -> messages.Event | None:
        poison = self._quarantined.get(it.node)
        if poison is None or poison.build_id != it.build_id:
            return None
        self._current[it.node].quarantined = True
        return messages.Unresolved(node=it.node, state=NodeState.INFRA_ERROR, why=quarantine_words(poison))

    def _lease(self, wanted: Sequence[InputsFound]) -> Iterator[messages.Event]:
        """Lease build ids; look for verdicts on them and earlier builds, and yield what the machine is told."""
        subjects = {it.node: build_subject(it.build_id) for it in wanted}
        taken = self._leases.take_all([subjects[it.node] for it in wanted if self._current[it.node].lease is None])
        for it in wanted:
            current = self._current[it.node]
            current.lease = current.lease or taken.get(subjects[it.node])
        leased = [it for it in wanted if self._current[it.node].lease is not None]
        judged = self._judged(leased)
        tried = self._ledger.many.latest_results([it.build_id for it in leased]) if leased else {}
        for it in leased:
            self._current[it.node].results = {each.variation.name: each for each in tried.get(it.build_id, ())}
        for it in wanted:
            if self._current[it.node].lease is None:
                self._waiting[it.node] = it
                yield messages.HeldElsewhere(node=it.node, holder=self._leases.holder_of(it.build_id))
            elif it.build_id in judged:
                self._look(it, judged[it.build_id])
            elif succeeded := [each for each in tried.get(it.build_id, ()) if each.outcome is BuildOutcome.SUCCEEDED]:
                in_pool(self._looking, self._post, partial(self._finished_builds, it, succeeded))
            else:
                yield messages.Resolved(node=it.node, build_id=it.build_id, built=(), verdict=None)

    def _look(self, it: InputsFound, verdict: Verdict) -> None:
        """Look whether the RPMs of a verdict are still there, and what they are."""

        def look() -> Answer:
            if not self._has_all(verdict.rpms):
                return replace(it, gone=verdict)
            return VerdictUsable(node=it.node, verdict=verdict, packages=real_packages(self._store, verdict.rpms))

        in_pool(self._looking, self._post, look)

    def _finished_builds(self, it: InputsFound, succeeded: Sequence[BuildResult]) -> messages.Event:
        """Tell of the variations whose RPMs are still there."""
        there = [result for result in succeeded if self._has_all(result.rpms)]
        return messages.Resolved(
            node=it.node,
            build_id=it.build_id,
            built=tuple(result.variation.name for result in there),
            verdict=None,
            places=tuple((result.variation.name, result.worker.rpartition("/")[2]) for result in there),
        )

    def _has_all(self, rpms: Sequence[BuiltRpm]) -> bool:
        return all(self._store.has(rpm.digest) for rpm in rpms)
