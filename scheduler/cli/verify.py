"""`farm verify`: build once more in further surroundings and compare with what was recorded."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from farm.build import BuildOutcome, BuildResult
from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from farm.clock import SystemClock
from farm.errors import NotReproducibleError
from farm.identity import random_name
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs
from farm.states import NodeState
from farm.verdict import Verdict, VerdictStatus
from scheduler.assembly import Assembly, assemble
from scheduler.builds_in_turn import build_in_turn
from scheduler.cli.options import Selection, selectors
from scheduler.executor import Lost
from scheduler.learned_demands import learn_demands
from scheduler.learned_durations import learn_durations
from scheduler.leases import BuildLeases
from scheduler.node import Node
from scheduler.past_builds import read_past_builds
from scheduler.ray_executor import RayExecutor
from scheduler.worker_node import Place
from workers.build import BuildRequest
from workers.compare import judge
from workers.tasks import BuildTask
from workers.variation import further_variation, on_cpus

_JUDGED = (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE)
"""A later run that failed or was interrupted does not take a verdict back."""


class NothingToVerifyError(NotReproducibleError):
    """There is no verdict that could be verified."""

    code = "VER020"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRow:
    """What one more build, or the record, says of a node."""

    component: str
    arch: str
    verdict: str
    causes: tuple[str, ...]
    builds: tuple[str, ...]
    rpms: int
    again: str


COLUMNS: Sequence[Column[VerifyRow]] = (
    Column("component", lambda row: row.component),
    Column("arch", lambda row: row.arch),
    Column("verdict", lambda row: row.verdict),
    Column("causes", lambda row: row.causes),
    Column("builds", lambda row: row.builds),
    Column("rpms", lambda row: row.rpms, right=True),
    Column("this time", lambda row: row.again),
)


@click.command()
@selectors
@click.option("--recorded", is_flag=True, help="Show the recorded verdicts, and build nothing.")
@pass_farm
def verify(
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    recorded: bool,
) -> None:
    """Build once more, in surroundings no build had before, and compare with the recorded verdict.

    Exit status 5 where anything is not, or not any more, reproducible.
    """
    assembly = assemble(farm, arch)
    selection = Selection(globs=component, groups=group, everything=everything)
    nodes = selection.nodes(assembly.project, assembly.arches)
    ledger = farm.ledger()
    outcomes = [(node, ledger.last_outcome(*node, _JUDGED)) for node in nodes]
    known = [(node, verdict) for node, outcome in outcomes if (verdict := _verdict(farm, outcome)) is not None]
    if not known:
        raise NothingToVerifyError("none of the selected components has a verdict", hint="farm build makes verdicts")
    again = {} if recorded else _build_again(assembly, known)
    rows = [_row(node, ledger.verdict(verdict.build_id) or verdict, again.get(node, "")) for node, verdict in known]
    emit_rows(farm, rows, COLUMNS)
    if any(row.verdict != "reproducible" or row.again not in ("", "identical") for row in rows):
        sys.exit(5)


def _verdict(farm: FarmContext, outcome: NodeOutcome | None) -> Verdict | None:
    if outcome is None or outcome.build_id is None:
        return None
    return farm.ledger().verdict(outcome.build_id)


def _row(node: Node, verdict: Verdict, again: str) -> VerifyRow:
    return VerifyRow(
        component=node.component,
        arch=node.arch,
        verdict=verdict.status,
        causes=tuple(cause.name for cause in verdict.causes),
        builds=verdict.builds,
        rpms=len(verdict.rpms),
        again=again,
    )


def _build_again(assembly: Assembly, known: Sequence[tuple[Node, Verdict]]) -> dict[Node, str]:
    """Build each node once more, as many at once as this machine has room for, and say how each compares."""
    verdicts = dict(known)
    past = read_past_builds(assembly.farm.ledger())
    durations = learn_durations(past.samples, nodes=verdicts)
    demands = learn_demands(past.uses, nodes=verdicts, durations=durations, limits=assembly.limits)
    tasks = {node: _task(assembly, node, verdict) for node, verdict in known}
    executor = RayExecutor(scratch=assembly.farm.cache.scratch)
    try:
        answers = build_in_turn(tasks, executor=executor, demands=demands)
        return {node: _compare(assembly, verdicts[node], answer) for node, answer in answers}
    finally:
        executor.close()


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
    """Record the further build and what follows from it; return `identical`, or what is different.

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
        again = judge(inputs.build, results, verdict.differences, verdict.causes, (verdict.report, verdict.html_report))
        ledger.record_verdict(judged, again)
    finally:
        leases.release_all()
    if verdict.status is not VerdictStatus.REPRODUCIBLE or again.status is VerdictStatus.REPRODUCIBLE:
        same = {rpm.digest for rpm in verdict.rpms} == {rpm.digest for rpm in answer.rpms}
        return "identical" if same else "differs, as before"
    return "differs: " + ", ".join(difference.filename for difference in again.differences)
