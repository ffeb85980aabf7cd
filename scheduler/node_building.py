"""Runs the builds of nodes for a driver, one attempt at one variation at a time."""

from collections.abc import Sequence

from msgspec.structs import replace

from farm.build import BuildOutcome, BuildResult
from farm.events import BuildFinished, BuildStarted
from farm.identity import random_name
from farm.ledger.subjects import build_subject
from farm.ledger.values import Lease
from scheduler import messages
from scheduler.answers import BuildAnswered, Post
from scheduler.executor import Lost
from scheduler.retry import Loss
from scheduler.run_record import RunRecord
from scheduler.surroundings import CurrentBuilds, Surroundings
from workers.build import BuildRequest
from workers.tasks import BuildTask
from workers.variation import further_variation, on_cpus

VARIATIONS = ("first", "second")
"""Every build id is built in these surroundings before it is judged."""


_SHORT_ID = 12
"""Characters of a node's id that people are shown."""


class NodeBuilding:
    """Carries out `StartBuild` and `CancelBuild`."""

    def __init__(
        self,
        *,
        surroundings: Surroundings,
        current: CurrentBuilds,
        record: RunRecord,
        post: Post,
    ) -> None:
        self._ledger = surroundings.ledger
        self._executor = surroundings.executor
        self._reporter = surroundings.reporter
        self._sites = surroundings.sites
        self._limits = surroundings.limits
        self._leases = surroundings.leases
        self._current = current
        self._record = record
        self._post = post
        self._running: dict[str, messages.StartBuild] = {}
        self._leased: dict[messages.StartBuild, Lease] = {}

    def lease(self, starts: Sequence[messages.StartBuild]) -> None:
        """Take the leases of attempts that are about to be started."""
        subjects = {it: build_subject(it.build_id, it.variation) for it in starts}
        taken = self._leases.take_all(list(subjects.values()))
        self._leased = {it: taken[subject] for it, subject in subjects.items() if subject in taken}

    def start(self, start: messages.StartBuild) -> None:
        """Start an attempt under its lease, once that is durable."""
        lease = self._leased.pop(start, None)
        if lease is None:
            self._post(_ended(start, BuildOutcome.INFRA_ERROR, "another driver builds this variation", Loss.HELD))
            return
        self._record.emit(
            BuildStarted(
                component=start.node.component,
                arch=start.node.arch,
                build_id=start.build_id,
                variation=start.variation,
            )
        )
        key, task = _key(start), self._task(start)
        self._running[key] = start

        def done(answer: BuildResult | Lost) -> None:
            self._post(BuildAnswered(start=start, lease=lease, answer=answer))

        self._record.then(lambda: self._executor.build(key, task, start.place, done))

    def cancel(self, cancelled: messages.CancelBuild) -> None:
        """Stop an attempt; what it may still answer is refused, because its lease is given back."""
        key = _key(cancelled)
        start = self._running.pop(key, None)
        if start is None:
            return
        lease = self._leases.attempt(start.build_id, start.variation)
        self._leases.give_back_all([lease] if lease is not None else [])
        self._record.then(lambda: self._executor.cancel(key))
        self._record.emit(_finished(start, BuildOutcome.CANCELLED, "its result is not needed any more"))

    def ended(self, answers: Sequence[BuildAnswered]) -> list[messages.Event]:
        """Record what attempts came to; what comes from one that was lost or cancelled before is refused."""
        mine = [it for it in answers if self._running.pop(_key(it.start), None) is not None]
        told = [(it.lease, it.answer) for it in mine if isinstance(it.answer, BuildResult)]
        refused = self._ledger.many.record_results(told) if told else {}
        self._leases.give_back_all([it.lease for it in mine])
        return [self._end(it, refused.get(it.lease.subject, "")) for it in mine]

    def _task(self, start: messages.StartBuild) -> BuildTask:
        inputs = self._current[start.node].inputs
        site = self._sites(start.node.arch)
        varied = further_variation(start.build_id, VARIATIONS.index(start.variation))
        return BuildTask(
            site=site,
            request=BuildRequest(
                inputs=inputs.build,
                source_rpm=inputs.source_rpm,
                variation=on_cpus(varied, cpus=start.place.cpus, may_use=start.place.may_use),
                limits=self._limits,
                cpus=start.place.cpus,
            ),
            lock=inputs.lock,
            live_log=site.state.live_log(start.build_id, start.variation),
            cancel=site.state.cancel_mark(random_name("attempt")),
        )

    def _end(self, it: BuildAnswered, refused: str) -> messages.Event:
        start, answer = it.start, Lost(why=refused) if refused else it.answer
        if isinstance(answer, Lost):
            self._record.emit(_finished(start, BuildOutcome.INFRA_ERROR, answer.why))
            return _ended(start, BuildOutcome.INFRA_ERROR, answer.why, _loss(answer))
        summary = answer.cause.summary if answer.cause else ""
        self._current[start.node].seconds += answer.seconds
        self._current[start.node].results[start.variation] = answer
        self._record.emit(_answered(start, answer, summary))
        if answer.outcome is not BuildOutcome.SUCCEEDED:
            self._record.then(lambda: self._reporter.failure(start.node, answer))
        return _ended(start, answer.outcome, summary)


def _ended(start: messages.StartBuild, outcome: BuildOutcome, why: str, loss: Loss = Loss.FARM) -> messages.Event:
    return messages.BuildEnded(
        node=start.node, variation=start.variation, attempt=start.attempt, outcome=outcome, why=why, loss=loss
    )


def _loss(lost: Lost) -> Loss:
    if lost.node_died:
        return Loss.NODE_DIED
    return Loss.WORKER_DIED if lost.worker_died else Loss.FARM


def _answered(start: messages.StartBuild, result: BuildResult, summary: str) -> BuildFinished:
    """Return the end of a build that a worker has told of."""
    finished = _finished(start, result.outcome, summary)
    return replace(
        finished,
        seconds=result.seconds,
        log=result.log,
        worker=result.worker,
        memory_bytes=result.memory_bytes,
        disk_bytes=result.disk_bytes,
    )


def _finished(start: messages.StartBuild, outcome: BuildOutcome, summary: str) -> BuildFinished:
    return BuildFinished(
        component=start.node.component,
        arch=start.node.arch,
        build_id=start.build_id,
        variation=start.variation,
        outcome=outcome,
        seconds=0.0,
        log=None,
        summary=summary,
        worker=start.place.worker[:_SHORT_ID],
    )


def _key(attempt: messages.StartBuild | messages.CancelBuild) -> str:
    return f"build {attempt.node} {attempt.variation} {attempt.attempt}"
