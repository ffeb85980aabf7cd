"""Builds that are half-way between two rounds: their run has not settled, and a further round builds them anew."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property

from farm.digest import Digest
from farm.ledger.ledger import Ledger
from farm.node_inputs import load_inputs
from farm.stale_packages import digests_by_name, stale_packages
from farm.states import NodeState
from farm.store.artifact_store import ArtifactStore
from farm.verdict import Verdict, VerdictStatus
from repo_publish.settled import SettledRuns

JUDGED = (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE)
"""States of outcomes that have a verdict which may be published."""


class HalfWay:
    """Answers for builds, by a ledger as it is when this is made.

    Args:
        waived: components whose builds others may use though they differ.
    """

    def __init__(self, ledger: Ledger, store: ArtifactStore, waived: AbstractSet[str]) -> None:
        self._ledger = ledger
        self._store = store
        self._waived = waived
        self.runs = SettledRuns(ledger)

    def stale(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the names of packages that a build was made with and that its stage has in other bytes by now.

        Empty where a run that came to this build has settled.
        """
        past = self._ledger.past_outcomes(verdict.component, verdict.arch, JUDGED)
        runs = [run_id for run_id, outcome in past if outcome.build_id == verdict.build_id]
        if not runs or any(map(self.runs.has_settled, runs)):
            return ()
        return self.made_anew(verdict)

    def made_anew(self, verdict: Verdict) -> tuple[str, ...]:
        """Return the names of packages that a build was made with and that are there in other bytes by now."""
        inputs = load_inputs(self._store, verdict.build_id)
        return stale_packages(inputs.lock, self._made.get(verdict.arch, {})) if inputs is not None else ()

    @cached_property
    def _made(self) -> Mapping[str, Mapping[str, AbstractSet[Digest]]]:
        """What the newest builds that were judged have made for others, by architecture and name of package.

        They count though a later build failed: they stay the packages of their stage. What began a cycle with a
        bootstrap bcond is there by name alone: it will come out in other bytes.
        """
        newest = [it.build_id for it in self._ledger.last_outcomes(JUDGED) if it.build_id is not None]
        made: dict[str, dict[str, set[Digest]]] = defaultdict(dict)
        for verdict in self._ledger.verdicts(newest).values():
            if verdict.status is not VerdictStatus.REPRODUCIBLE and verdict.component not in self._waived:
                continue
            inputs = load_inputs(self._store, verdict.build_id)
            for name, digests in digests_by_name(verdict.rpms).items():
                known = made[verdict.arch].setdefault(name, set())
                if inputs is None or not inputs.bootstrap:
                    known |= digests
        return made
