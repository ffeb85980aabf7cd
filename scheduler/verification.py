"""One more build of what has a verdict, in surroundings no build of it had before, and what follows from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from farm.build import BuildOutcome, BuildResult
from farm.clock import SystemClock
from farm.errors import NotReproducibleError
from farm.identity import random_name
from farm.node_inputs import load_inputs
from farm.verdict import Verdict, VerdictStatus
from scheduler.assembly import Assembly
from scheduler.builds_in_turn import build_in_turn
from scheduler.executor import Executor, Lost
from scheduler.explaining import explain_all
from scheduler.learned_demands import learn_demands
from scheduler.learned_durations import learn_durations
from scheduler.leases import BuildLeases
from scheduler.node import Node
from scheduler.node_judging import explained
from scheduler.past_builds import read_past_builds
from scheduler.worker_node import Place
from workers.build import BuildRequest
from workers.compare import compare, judge
from workers.differ import Explanation
from workers.tasks import BuildTask, ExplainTask
from workers.variation import further_variation, on_cpus

IDENTICAL = "identical"


class NothingToVerifyError(NotReproducibleError):
    """There is no verdict that could be verified."""

    code = "VER020"


def build_again(
    assembly: Assembly,
    known: Sequence[tuple[Node, Verdict]],
    executor: Executor,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[Node, str]:
    """Build each node once more, as many at once as there is room for, and return how each compares.

    What it says is `IDENTICAL`, or what is different, or why nothing can be said. Each result is recorded, and so is a
    verdict that turns; then differences that nobody has explained yet are, and the verdicts get their causes.

    Args:
        meanwhile: see `build_in_turn`.

    Raises:
        NothingToVerifyError: the inputs of a build were not kept.
    """
    verdicts = dict(known)
    past = read_past_builds(assembly.farm.ledger())
    durations = learn_durations(past.samples, nodes=verdicts)
    demands = learn_demands(past.uses, nodes=verdicts, durations=durations, limits=assembly.limits)
    tasks = {node: _task(assembly, node, verdict) for node, verdict in known}
    answers = build_in_turn(tasks, executor=executor, demands=demands, meanwhile=meanwhile)
    said = {node: _compare(assembly, verdicts[node], answer) for node, answer in answers}
    return {**said, **_explain(assembly, verdicts, executor, meanwhile)}


def _task(assembly: Assembly, node: Node, verdict: Verdict) -> Callable[[Place], BuildTask]:
    """Return what gives the task for a place."""
    inputs = load_inputs(assembly.farm.store(), verdict.build_id)
    if inputs is None:
        raise NothingToVerifyError(f"the inputs of {node} were not kept", hint="farm build records them")
    number = len(assembly.farm.ledger().latest_results(verdict.build_id))
    variation = further_variation(verdict.build_id, number)
    site = assembly.site(node.arch)
    return lambda place: BuildTask(
        site=site,
        request=BuildRequest(
            inputs=inputs.build,
            source_rpm=inputs.source_rpm,
            variation=on_cpus(variation, cpus=place.cpus, may_use=place.may_use),
            limits=assembly.limits,
            cpus=place.cpus,
        ),
        lock=inputs.lock,
        live_log=site.state.live_log(verdict.build_id, variation.name),
        cancel=site.state.cancel_mark(random_name("attempt")),
    )


def _compare(assembly: Assembly, verdict: Verdict, answer: BuildResult | Lost) -> str:
    """Record the further build and what follows from it; return `IDENTICAL`, or what is different.

    A build that differs turns a reproducible verdict: the gate is closed for these RPMs from now on.
    """
    if isinstance(answer, Lost):
        return f"infra-error: {answer.why}"
    ledger = assembly.farm.ledger()
    leases = BuildLeases(ledger, SystemClock())
    try:
        lease = leases.take_attempt(verdict.build_id, answer.variation.name)
        if lease is None:
            return f"not recorded: {leases.holder_of(verdict.build_id)} works on it"
        ledger.record_result(lease, answer)
        if answer.outcome is not BuildOutcome.SUCCEEDED:
            return f"{answer.outcome}: {answer.cause.summary if answer.cause else ''}"
        judged = leases.take(verdict.build_id)
        inputs = load_inputs(assembly.farm.store(), verdict.build_id)
        if judged is None or inputs is None:
            return "not judged: another driver works on it"
        results = [result for result in ledger.latest_results(verdict.build_id) if result.rpms]
        results.sort(key=lambda result: _position(verdict, result.variation.name))
        again = judge(inputs.build, results, verdict.differences, verdict.causes, (verdict.report, verdict.html_report))
        ledger.record_verdict(judged, again)
    finally:
        leases.release_all()
    if verdict.status is not VerdictStatus.REPRODUCIBLE or again.status is VerdictStatus.REPRODUCIBLE:
        same = {rpm.digest for rpm in verdict.rpms} == {rpm.digest for rpm in answer.rpms}
        return IDENTICAL if same else "differs, as before"
    return f"differs: {explained(again)}"


def _explain(
    assembly: Assembly, known: Mapping[Node, Verdict], executor: Executor, meanwhile: Callable[[], None]
) -> dict[Node, str]:
    """Have differences explained, record their causes, and return what is different of each node that has turned."""
    ledger = assembly.farm.ledger()
    now = {node: ledger.verdict(before.build_id) for node, before in known.items()}
    bare = {node: it for node, it in now.items() if it is not None and it.differences and it.report is None}
    tasks = {node: task for node, verdict in bare.items() if (task := _explain_task(assembly, node, verdict))}
    found = explain_all(tasks, executor=executor, meanwhile=meanwhile)
    told = {node: _with_causes(assembly, bare[node], explanation) for node, explanation in found.items()}
    return {node: f"differs: {explained(it)}" for node, it in told.items() if known[node].status is not it.status}


def _explain_task(assembly: Assembly, node: Node, verdict: Verdict) -> ExplainTask | None:
    """Return the task that explains a verdict's differences; None where the builds that differ are not known."""
    results = {it.variation.name: it for it in assembly.farm.ledger().latest_results(verdict.build_id)}
    first = results.get(verdict.builds[0])
    if first is None:
        return None
    others = (results[name] for name in verdict.builds[1:] if name in results)
    other = next((it for it in others if compare(first, it) == verdict.differences), None)
    if other is None:
        return None
    site = assembly.site(node.arch)
    return ExplainTask(site=site, differences=verdict.differences, results=(first, other), limits=assembly.limits)


def _with_causes(assembly: Assembly, verdict: Verdict, found: Explanation) -> Verdict:
    """Record what a difference comes from, unless the verdict has changed meanwhile."""
    told = replace(verdict, causes=found.causes, report=found.text, html_report=found.html)
    ledger = assembly.farm.ledger()
    leases = BuildLeases(ledger, SystemClock())
    try:
        lease = leases.take(verdict.build_id)
        if lease is not None and ledger.verdict(verdict.build_id) == verdict:
            ledger.record_verdict(lease, told)
    finally:
        leases.release_all()
    return told


def _position(verdict: Verdict, variation: str) -> int:
    """Return where a build stands in a comparison: as before, and new ones last."""
    return verdict.builds.index(variation) if variation in verdict.builds else len(verdict.builds)
