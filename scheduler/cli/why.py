"""`farm why`: why a component is built, waits, failed or is not published."""

from dataclasses import dataclass

import click

from farm.build import BuildOutcome, BuildResult
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import emit_text, emit_value
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.store.artifact_store import ArtifactStore
from farm.verdict import Verdict
from scheduler.assembly import assemble
from scheduler.cli.build_choice import last_build_id
from scheduler.node import Node
from scheduler.node_judging import explained
from scheduler.order_words import order_words
from scheduler.past_builds import read_past_builds
from scheduler.plan_report import ToldReason
from scheduler.reasons import describe
from scheduler.report import duration

_REPORT_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that the farm can say of one node.

    Attributes:
        action: what the next run would do with it, for these `reasons`.
        order: why it waits, why it goes first, and whom it takes its needs from.
        state: how its last build ended, or what a further one found of it since, and `why`.
        causes: of a difference: name, evidence, advice.
        difference: the beginning of diffoscope's report.
        failure: the log's own words on a failure.
        builds: the newest build in each of its surroundings, with its worker.
        published: snapshot and NEVRA of each of its published packages.
    """

    component: str
    arch: str
    action: str
    reasons: tuple[ToldReason, ...]
    needs: tuple[str, ...]
    order: tuple[str, ...]
    state: str
    why: str
    causes: tuple[str, ...]
    difference: str
    failure: tuple[str, ...]
    builds: tuple[str, ...]
    published: tuple[str, ...]


@click.command()
@click.argument("component")
@click.option("--arch", default="", metavar="ARCH", help="Architecture; the project's first otherwise.")
@pass_farm
def why(farm: FarmContext, component: str, arch: str) -> None:
    """Say why a component is built, waits, failed, is not reproducible, or is not published."""
    assembly = assemble(farm, (arch,) if arch else ())
    assembly.project.component(component)
    prepared = assembly.prepare()
    known = assembly.known_graph(prepared)
    node = Node(component, assembly.arches[0])
    plan = assembly.planner(prepared, known).plan(selected=[node])
    durations = assembly.durations(prepared, known.graph.nodes, read_past_builds(farm.ledger()))
    planned = next((entry for entry in plan.nodes if (entry.component, entry.arch) == node), None)
    answer = explain(
        node,
        action=planned.action if planned else "excluded",
        reasons=tuple(ToldReason(reason=it, text=describe(it)) for it in planned.reasons) if planned else (),
        needs=planned.needs if planned else (),
        order=order_words(node, plan, known.graph, durations),
        ledger=farm.ledger(),
        store=farm.store(),
    )
    if farm.output_format is OutputFormat.TABLE:
        emit_text(as_text(answer))
    else:
        emit_value(farm, answer)


def explain(
    node: Node,
    *,
    action: str,
    reasons: tuple[ToldReason, ...],
    needs: tuple[str, ...],
    order: tuple[str, ...] = (),
    ledger: Ledger,
    store: ArtifactStore,
) -> Answer:
    """Return the answer for a node from plan and ledger."""
    outcome = ledger.last_outcome(node.component, node.arch)
    build_id = last_build_id(ledger, node)
    results = ledger.latest_results(build_id) if build_id else []
    verdict = ledger.verdict(build_id) if build_id else None
    failed = [result for result in results if result.outcome is not BuildOutcome.SUCCEEDED and result.cause]
    state, why = _standing(outcome, verdict)
    report = store.read(verdict.report).decode(errors="replace") if verdict and verdict.report else ""
    return Answer(
        component=node.component,
        arch=node.arch,
        action=action,
        reasons=reasons,
        needs=needs,
        order=order,
        state=state,
        why=why,
        causes=tuple(f"{cause.name}: {cause.evidence}: {cause.advice}" for cause in verdict.causes) if verdict else (),
        difference="\n".join(report.splitlines()[:_REPORT_LINES]),
        builds=tuple(_build(result) for result in results),
        failure=tuple(line for result in failed[:1] if result.cause for line in result.cause.lines),
        published=_published(ledger, node),
    )


def as_text(answer: Answer) -> str:
    """Return the answer for a terminal, the most telling part first."""
    lines = [f"{answer.component}.{answer.arch}: {answer.state}{': ' + answer.why if answer.why else ''}"]
    lines += [f"    {line}" for line in answer.failure]
    lines += [f"cause: {cause}" for cause in answer.causes]
    lines += [f"build: {build}" for build in answer.builds]
    lines.append(f"next run: {answer.action}: {'; '.join(it.text for it in answer.reasons)}")
    if answer.needs:
        lines.append(f"needs: {', '.join(answer.needs)}")
    lines += [f"order: {line}" for line in answer.order]
    lines += [f"published: {entry}" for entry in answer.published] or ["published: nothing"]
    if answer.difference:
        lines += ["", answer.difference]
    return "\n".join(lines)


def _standing(outcome: NodeOutcome | None, verdict: Verdict | None) -> tuple[str, str]:
    """Return what a node is, and why: its verdict may have turned since the run that it was reached in."""
    if outcome is None:
        return "never built", ""
    judged = outcome.state in {NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE}
    if (
        judged
        and verdict is not None
        and verdict.build_id == outcome.build_id
        and NodeState(verdict.status) is not outcome.state
    ):
        return verdict.status, f"a further build of it differs: {explained(verdict)}"
    return outcome.state, outcome.why


def _build(result: BuildResult) -> str:
    time = duration(result.seconds)
    return f"{result.variation.name} {result.outcome} in {time} on {result.worker}, begun {result.started}"


def _published(ledger: Ledger, node: Node) -> tuple[str, ...]:
    """Return what the newest publication has of any verdict of this node."""
    for publication in ledger.publications()[:1]:
        return tuple(
            f"{publication.snapshot}: {package.channel}/{package.arch} {package.nevra}"
            for package in publication.packages
            if (verdict := ledger.verdict_of_rpm(package.unsigned)) is not None
            and (verdict.component, verdict.arch) == node
        )
    return ()
