"""Compares the builds of nodes for a driver, and records the verdicts."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from farm.build import BuildResult
from farm.counted import counted
from farm.events import VerdictReached
from farm.ledger.values import Lease
from farm.verdict import Verdict, VerdictStatus
from scheduler import messages
from scheduler.answers import Compared, Post, in_pool
from scheduler.executor import Lost
from scheduler.known_graph import real_packages
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.retry import EXPLAIN_ATTEMPTS
from scheduler.run_record import RunRecord
from scheduler.surroundings import CurrentBuilds, Surroundings
from workers.compare import compare, judge
from workers.differ import Explanation
from workers.tasks import ExplainTask

_THREADS = 2


class NodeJudging:
    """Carries out `Judge`: of many nodes at once as far as the ledger goes, in a pool as far as the store does."""

    def __init__(
        self,
        *,
        surroundings: Surroundings,
        made: MadePackages,
        current: CurrentBuilds,
        record: RunRecord,
        post: Post,
    ) -> None:
        self._ledger = surroundings.ledger
        self._store = surroundings.store
        self._executor = surroundings.executor
        self._sites = surroundings.sites
        self._limits = surroundings.limits
        self._made = made
        self._current = current
        self._record = record
        self._post = post
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="judge")

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def judge(self, judge: messages.Judge) -> None:
        """Compare the builds of a node; have a difference explained first."""
        results = self._current[judge.node].results
        compared = tuple(results[name] for name in VARIATIONS)
        in_pool(self._pool, self._post, lambda: self._compare(judge.node, compared))

    def compared(self, answers: Sequence[Compared]) -> list[messages.Event]:
        """Record verdicts. A difference that could not be explained, again and again, is a difference all the same."""
        ready = [it for it in answers if not _is_to_be_explained(it)]
        for it in answers:
            if _is_to_be_explained(it):
                self._explain(it)
        known = {it.node: self._current[it.node] for it in ready if it.node in self._current}
        leased = {node: current.lease for node, current in known.items() if current.lease is not None}
        verdicts = {it.node: self._verdict(it) for it in ready if it.node in leased}
        refused = self._ledger.many.record_verdicts([(leased[node], it) for node, it in verdicts.items()])
        reached = [it for it in ready if it.node in leased and leased[it.node].subject not in refused]
        self._made.take_in({it.node: (verdicts[it.node].rpms, it.packages) for it in reached})
        return [self._conclude(it.node, verdicts.get(it.node), leased, refused) for it in ready]

    def _compare(self, node: Node, compared: tuple[BuildResult, ...]) -> Compared:
        return Compared(
            node=node,
            results=compared,
            differences=compare(compared[0], compared[1]),
            packages=real_packages(self._store, compared[0].rpms),
        )

    def _explain(self, it: Compared) -> None:
        key = f"explain {it.node} {it.results[0].build_id[:12]} {it.lost + 1}"
        site = self._sites(it.node.arch)
        task = ExplainTask(site=site, differences=it.differences, results=it.results, limits=self._limits)

        def done(answer: Explanation | Lost) -> None:
            self._post(replace(it, explained=answer, lost=it.lost + isinstance(answer, Lost)))

        self._record.then(lambda: self._executor.explain(key, task, done))

    def _verdict(self, it: Compared) -> Verdict:
        explanation = it.explained if isinstance(it.explained, Explanation) else None
        return judge(
            self._current[it.node].inputs.build,
            it.results,
            it.differences,
            explanation.causes if explanation else (),
            (explanation.text, explanation.html) if explanation else (None, None),
        )

    def _conclude(
        self, node: Node, verdict: Verdict | None, leased: Mapping[Node, Lease], refused: Mapping[str, str]
    ) -> messages.Event:
        if verdict is None:
            return messages.JudgingFailed(node=node, why="the lease on this build was given back")
        if leased[node].subject in refused:
            return messages.JudgingFailed(node=node, why=refused[leased[node].subject])
        self._record.emit(
            VerdictReached(
                component=node.component,
                arch=node.arch,
                build_id=verdict.build_id,
                status=verdict.status,
                causes=tuple(cause.name for cause in verdict.causes),
            )
        )
        return messages.Judged(node=node, status=verdict.status, why=explained(verdict))


def _is_to_be_explained(it: Compared) -> bool:
    return bool(it.differences) and not isinstance(it.explained, Explanation) and it.lost < EXPLAIN_ATTEMPTS


def explained(verdict: Verdict, *, reused: bool = False) -> str:
    """Return why a verdict is as it is, and whether it is an earlier one."""
    unchanged = "nothing that reaches the output has changed"
    if verdict.status is VerdictStatus.REPRODUCIBLE:
        return unchanged if reused else f"{counted(len(verdict.rpms), 'RPM')}, bit for bit"
    causes = ", ".join(cause.name for cause in verdict.causes) or "unknown cause"
    why = f"{causes}: {', '.join(difference.filename for difference in verdict.differences)}"
    return f"{unchanged}; {why}" if reused else why
