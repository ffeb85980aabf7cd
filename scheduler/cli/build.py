"""`farm build`: what the plan says, each package at least twice."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.learned_hash import ALLOW_HELP
from farm.cli.output import Column, emit_rows, note
from farm.counted import counted
from farm.environment import user_name
from farm.errors import FarmError, InfrastructureError
from farm.events import NodePlanned, RunStatus
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.assembly import Assembly, assemble, project_commit
from scheduler.cli.options import Selection, selectors
from scheduler.cli.reporting import open_reporter
from scheduler.cutoff_check import check_cutoffs
from scheduler.known_graph import KnownGraph
from scheduler.node import Node
from scheduler.past_builds import read_past_builds
from scheduler.plan import Action, Plan, PlanNode
from scheduler.policy import Ask, Policy
from scheduler.preparation import Prepared
from scheduler.reasons import describe
from scheduler.report import duration
from scheduler.run_control import URGENCIES
from scheduler.run_lease import OpenRun, end_abandoned, open_run
from scheduler.run_policy import run_policy
from scheduler.stage_run import StageRun
from workers.capacity import machine_capacity

if TYPE_CHECKING:
    from scheduler.ray_executor import RayExecutor


class NoWorkerError(InfrastructureError):
    """Nothing here can build for an architecture: its builds would wait for ever."""

    code = "CLI034"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a person asks for.

    Attributes:
        nodes: what to build, with all that it needs.
        rounds: so many at most, until the stage has settled.
    """

    nodes: Sequence[Node]
    keep_going: bool
    rounds: int
    ask: Ask


_EXIT_STATUS = (
    ({NodeState.FAILED, NodeState.TIMED_OUT}, 4),
    ({NodeState.UNRESOLVABLE}, 6),
    ({NodeState.INFRA_ERROR}, 8),
    ({NodeState.UNREPRODUCIBLE}, 5),
    ({NodeState.CANCELLED, NodeState.BLOCKED}, 4),
)
"""The first row that has a state of the run gives its exit status."""

_ROUNDS_HELP = "Rounds at most until nothing changes where the seed stood in for components that need each other."

OUTCOME_COLUMNS: Sequence[Column[NodeOutcome]] = (
    Column("component", lambda row: row.component),
    Column("arch", lambda row: row.arch),
    Column("state", lambda row: row.state),
    Column("build id", lambda row: (row.build_id or "")[:12]),
    Column("time", lambda row: duration(row.seconds), right=True),
    Column("why", lambda row: row.why),
)


@click.command()
@selectors
@click.option("-k", "--continue-on-error", "keep_going", is_flag=True, help="Go on with what needs no failed build.")
@click.option("--address", default="", metavar="ADDRESS", help="Ray cluster to build on; this machine otherwise.")
@click.option("--rounds", default=5, show_default=True, metavar="N", type=click.IntRange(1), help=_ROUNDS_HELP)
@click.option(
    "--class",
    "urgency",
    type=click.Choice(tuple(URGENCIES)),
    help="security goes before request, request before mass; mass with -a, request otherwise.",
)
@click.option("--allow-no-hashes", is_flag=True, help=ALLOW_HELP)
@pass_farm
def build(  # noqa: PLR0913 - one argument an option
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    keep_going: bool,
    address: str,
    rounds: int,
    urgency: str | None,
    allow_no_hashes: bool,
) -> None:
    """Build components and what they need, each at least twice in different surroundings.

    Nothing is built whose inputs have a verdict already. Interrupted, it goes on from there the next time.
    """
    assembly = assemble(farm, arch, allow_no_hashes=allow_no_hashes)
    selection = Selection(globs=component, groups=group, everything=everything)
    asked = _Asked(
        nodes=selection.nodes(assembly.project, assembly.arches),
        keep_going=keep_going,
        rounds=rounds,
        ask=Ask(urgency=URGENCIES[urgency or ("mass" if everything else "request")], requester=user_name()),
    )
    outcomes = _run(assembly, asked, address)
    if outcomes is None:
        return
    emit_rows(farm, outcomes, OUTCOME_COLUMNS)
    sys.exit(exit_status(outcomes))


def refuse_unbuildable(plan: Plan) -> None:
    """Refuse a plan with builds for an architecture that this machine cannot build for.

    Raises:
        NoWorkerError: naming the architectures.
    """
    able = {arch.arch for arch in machine_capacity().arches}
    missing = sorted({node.arch for node in plan.nodes if node.action in {Action.BUILD, Action.MAYBE}} - able)
    if missing:
        raise NoWorkerError(
            f"this machine cannot build for {', '.join(missing)}",
            why=f"it builds for {', '.join(sorted(able))}; no emulator of another is registered in binfmt_misc",
            hint="install qemu-user-static, or name a cluster with --address",
        )


def exit_status(outcomes: Sequence[NodeOutcome]) -> int:
    """Return the exit status of a run: that of its worst outcome."""
    states = {outcome.state for outcome in outcomes}
    return next((status for bad, status in _EXIT_STATUS if states & bad), 0)


def _run(assembly: Assembly, asked: _Asked, address: str) -> Sequence[NodeOutcome] | None:
    """Plan and build, on a cluster or else on this machine, whose Ray starts only when something is to be built.

    None where the plan is all that is asked for.
    """
    if not address:
        return _build(assembly, asked, None)
    with _executor(assembly.farm, address) as cluster:
        return _build(assembly, asked, cluster)


def _build(assembly: Assembly, asked: _Asked, cluster: "RayExecutor | None") -> Sequence[NodeOutcome] | None:
    farm = assembly.farm
    prepared = assembly.prepare(cluster)
    known = assembly.known_graph(prepared)
    planner = assembly.planner(prepared, known)
    plan = planner.plan(selected=asked.nodes)
    note(farm, summary(plan))
    if farm.dry_run:
        return None
    if cluster is None:
        refuse_unbuildable(plan)
    with _begun(assembly, plan) as run:
        stage = StageRun(
            assembly=assembly,
            run=run,
            known=known,
            prepared=prepared,
            policy=_policy(assembly, prepared, known, plan, asked.ask),
            waived=planner.waived(),
            settled=planner.settled(plan),
            keep_going=asked.keep_going,
            reporter=partial(open_reporter, farm),
            tell=partial(note, farm),
        )
        with nullcontext(cluster) if cluster is not None else _executor(farm) as executor:
            outcomes = stage.build(asked.nodes, executor, asked.rounds)
            outcomes = check_cutoffs(assembly, run, plan, outcomes, executor, tell=partial(note, farm))
        run.status = RunStatus.FAILED if exit_status(outcomes) else RunStatus.SUCCEEDED
        return outcomes


@contextmanager
def _begun(assembly: Assembly, plan: Plan) -> Iterator[OpenRun]:
    """Open a run, with the hashes it learned and the plan it follows as its first events."""
    farm, ledger = assembly.farm, assembly.farm.ledger()
    for ended in end_abandoned(ledger, ledger.clock):
        note(farm, f"{ended} was interrupted: its driver is gone")
    commit = project_commit(assembly.project.root)
    with open_run(ledger, ledger.clock, project=assembly.project.name, commit=commit, command="build") as run:
        with ledger.transaction():
            for one in assembly.learned:
                ledger.append(run.run_id, one.event)
            ledger.many.append(run.run_id, [_planned(node) for node in plan.nodes])
        yield run


def _policy(
    assembly: Assembly, prepared: Mapping[str, Prepared | FarmError], known: KnownGraph, plan: Plan, ask: Ask
) -> Policy:
    """Return what decides the order of builds: learned from past builds of what may be built now, and a few others."""
    past = read_past_builds(assembly.farm.ledger(), {it.node for it in plan.nodes if it.action is not Action.REUSE})
    nodes = known.graph.nodes
    return run_policy(nodes, assembly.durations(prepared, nodes, past), past.uses, assembly.limits, ask)


def _planned(node: PlanNode) -> NodePlanned:
    reasons = tuple(describe(reason) for reason in node.reasons)
    return NodePlanned(component=node.component, arch=node.arch, reasons=reasons, action=node.action)


def summary(plan: Plan) -> str:
    """Return one line: how many nodes are built, perhaps built, reused and blocked."""
    counts = {action: sum(node.action is action for node in plan.nodes) for action in Action}
    parts = [f"{count} {action}" for action, count in counts.items() if count]
    return f"plan: {counted(len(plan.nodes), 'build')}: {', '.join(parts) or 'nothing'}"


@contextmanager
def _executor(farm: FarmContext, address: str = "") -> Iterator["RayExecutor"]:
    from scheduler.ray_executor import RayExecutor  # noqa: PLC0415 - Ray takes half a second to import

    executor = RayExecutor(address, scratch=farm.cache.scratch)
    try:
        yield executor
    finally:
        executor.close()
