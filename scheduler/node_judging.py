"""Compares the builds of nodes for a driver, and records the verdicts."""

from functools import partial

from farm.build import BuildResult
from farm.events import VerdictReached
from farm.ledger.errors import StaleLeaseError
from farm.verdict import RpmDifference, Verdict, VerdictStatus
from scheduler import messages
from scheduler.executor import Lost
from scheduler.made_packages import MadePackages
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.run_record import RunRecord
from scheduler.surroundings import CurrentBuilds, Post, Surroundings, one_line
from workers.compare import compare, judge
from workers.differ import Explanation
from workers.tasks import ExplainTask


class NodeJudging:
    """Carries out `Judge`."""

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
        self._executor = surroundings.executor
        self._sites = surroundings.sites
        self._limits = surroundings.limits
        self._made = made
        self._current = current
        self._record = record
        self._post = post

    def judge(self, node: Node) -> None:
        """Compare the builds of a node; have a difference explained first."""
        build_id = self._current[node].build_id
        results = {result.variation.name: result for result in self._ledger.latest_results(build_id)}
        compared = tuple(results[name] for name in VARIATIONS)
        differences = compare(compared[0], compared[1])
        if not differences:
            self._post(partial(self._conclude, node, compared, (), None))
            return
        self._executor.explain(
            f"explain {node} {build_id[:12]}",
            ExplainTask(site=self._sites(node.arch), differences=differences, results=compared, limits=self._limits),
            lambda answer: self._post(partial(self._conclude, node, compared, differences, answer)),
        )

    def _conclude(
        self,
        node: Node,
        compared: tuple[BuildResult, ...],
        differences: tuple[RpmDifference, ...],
        answer: Explanation | Lost | None,
    ) -> messages.Event:
        """Record the verdict. A difference that could not be explained is a difference all the same."""
        current = self._current[node]
        explanation = answer if isinstance(answer, Explanation) else None
        verdict = judge(
            current.inputs.build,
            compared,
            differences,
            explanation.causes if explanation else (),
            (explanation.text, explanation.html) if explanation else (None, None),
        )
        if current.lease is None:
            return messages.JudgingFailed(node=node, why="the lease on this build was given back")
        try:
            self._ledger.record_verdict(current.lease, verdict)
        except StaleLeaseError as error:
            return messages.JudgingFailed(node=node, why=one_line(error))
        self._record.emit(
            VerdictReached(
                component=node.component,
                arch=node.arch,
                build_id=current.build_id,
                status=verdict.status,
                causes=tuple(cause.name for cause in verdict.causes),
            )
        )
        self._made.take_in(node, verdict)
        return messages.Judged(node=node, status=verdict.status, why=explained(verdict))


def explained(verdict: Verdict, *, reused: bool = False) -> str:
    """Return why a verdict is as it is, and whether it is an earlier one."""
    unchanged = "nothing that reaches the output has changed"
    if verdict.status is VerdictStatus.REPRODUCIBLE:
        return unchanged if reused else f"{len(verdict.rpms)} RPMs, bit for bit"
    causes = ", ".join(cause.name for cause in verdict.causes) or "unknown cause"
    why = f"{causes}: {', '.join(difference.filename for difference in verdict.differences)}"
    return f"{unchanged}; {why}" if reused else why
