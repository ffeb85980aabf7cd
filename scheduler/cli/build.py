"""`farm build`: what the plan says, each package at least twice."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.console import Console

from farm.build import BuiltRpm
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.clock import SystemClock
from farm.environment import user_name
from farm.errors import FarmError, InfrastructureError
from farm.events import NodePlanned, RunStatus
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs
from farm.states import NodeState
from scheduler.assembly import Assembly, assemble, project_commit
from scheduler.cli.options import Selection, selectors
from scheduler.cli.plan import learned
from scheduler.driver import Driver
from scheduler.executor import Executor
from scheduler.known_graph import KnownGraph
from scheduler.live_report import LiveReporter
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.past_builds import read_past_builds
from scheduler.plan import Action, Plan
from scheduler.planning import Planner
from scheduler.policy import Ask, Policy
from scheduler.preparation import Prepared
from scheduler.reasons import describe
from scheduler.report import LineReporter, Reporter, SilentReporter, duration
from scheduler.retry import RetryPolicy
from scheduler.rounds import Made, build_in_rounds
from scheduler.run_control import URGENCIES
from scheduler.run_lease import OpenRun, end_abandoned, open_run
from scheduler.run_policy import run_policy
from scheduler.surroundings import Surroundings
from workers.capacity import machine_capacity


class NoWorkerError(InfrastructureError):
    """Nothing here can build for an architecture: its builds would wait for ever."""

    code = "CLI034"


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
) -> None:
    """Build components and what they need, each at least twice in different surroundings.

    Nothing is built whose inputs have a verdict already. Interrupted, it goes on from there the next time.
    """
    assembly = assemble(farm, arch)
    selection = Selection(globs=component, groups=group, everything=everything)
    wanted = selection.nodes(assembly.project, assembly.arches)
    ask = Ask(urgency=URGENCIES[urgency or ("mass" if everything else "request")], requester=user_name())
    outcomes = _run(assembly, wanted, keep_going=keep_going, address=address, rounds=rounds, ask=ask)
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


def _run(
    assembly: Assembly, wanted: Sequence[Node], *, keep_going: bool, address: str, rounds: int, ask: Ask
) -> Sequence[NodeOutcome] | None:
    farm = assembly.farm
    prepared = assembly.prepare()
    known = assembly.known_graph(prepared)
    ledger = farm.ledger()
    clock = ledger.clock
    planner = Planner(
        ledger=ledger,
        store=farm.store(),
        resolver=assembly.resolver,
        settings=assembly.project.farm,
        prepared=prepared,
        known=known,
        today=clock.now().date(),
    )
    plan = planner.plan(selected=wanted)
    note(farm, summary(plan))
    if farm.dry_run:
        return None
    if not address:
        refuse_unbuildable(plan)
    for ended in end_abandoned(ledger, clock):
        note(farm, f"{ended} was interrupted: its driver is gone")
    commit = project_commit(assembly.project.root)
    with open_run(ledger, clock, project=assembly.project.name, commit=commit, command="build") as run:
        with ledger.transaction():
            for node in plan.nodes:
                reasons = tuple(describe(reason) for reason in node.reasons)
                planned = NodePlanned(component=node.component, arch=node.arch, reasons=reasons, action=node.action)
                ledger.append(run.run_id, planned)
        durations = learned(assembly, prepared, known, read_past_builds(ledger))
        stage = _Stage(
            assembly=assembly,
            run=run,
            known=known,
            prepared=prepared,
            policy=run_policy(known.graph.nodes, durations, assembly.limits, ask),
            waived=planner.waived(),
            keep_going=keep_going,
        )
        with _executor(address) as executor:
            outcomes = stage.build(wanted, executor, rounds)
        run.status = RunStatus.FAILED if exit_status(outcomes) else RunStatus.SUCCEEDED
        return outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """A run of a stage: its rounds, one after the other."""

    assembly: Assembly
    run: OpenRun
    known: KnownGraph
    prepared: dict[str, Prepared | FarmError]
    policy: Policy
    waived: frozenset[Node]
    keep_going: bool

    def build(self, wanted: Sequence[Node], executor: Executor, rounds: int) -> Sequence[NodeOutcome]:
        """Build round by round until nothing changes."""
        outcomes = self._drive(self.known.needs(wanted), executor, {})
        if exit_status(outcomes) and not self.keep_going:
            return outcomes
        return build_in_rounds(
            outcomes,
            drive=lambda this: self._drive(self._needs_in(this.nodes), executor, this.previous),
            made=self._made,
            dependents=lambda node: self.known.graph.descendants(node),  # noqa: PLW0108 - the graph grows
            most=rounds,
            tell=lambda line: note(self.assembly.farm, line),
        )

    def _needs_in(self, nodes: frozenset[Node]) -> dict[Node, frozenset[Node]]:
        return {
            node: frozenset(self.known.graph.providers(node)) & nodes
            for node in self.known.graph.nodes
            if node in nodes
        }

    def _made(self, outcomes: Sequence[NodeOutcome]) -> dict[Node, Made]:
        """Return what the nodes have made that others may use."""
        ledger, store = self.assembly.farm.ledger(), self.assembly.farm.store()
        found = {}
        for outcome in outcomes:
            node = Node(outcome.component, outcome.arch)
            usable = outcome.state is NodeState.REPRODUCIBLE or (
                outcome.state is NodeState.UNREPRODUCIBLE and node in self.waived
            )
            if not usable or outcome.build_id is None:
                continue
            verdict, inputs = ledger.verdict(outcome.build_id), load_inputs(store, outcome.build_id)
            if verdict is not None and inputs is not None:
                found[node] = Made(lock=inputs.lock, rpms=verdict.rpms)
        return found

    def _drive(
        self,
        needs: Mapping[Node, frozenset[Node]],
        executor: Executor,
        previous: Mapping[Node, tuple[BuiltRpm, ...]],
    ) -> Sequence[NodeOutcome]:
        assembly = self.assembly
        machine = Machine(
            needs=needs,
            policy=self.policy,
            variations=VARIATIONS,
            retry=RetryPolicy(),
            keep_going=self.keep_going,
            waived=self.waived,
        )
        with _reporter(assembly.farm, len(needs)) as reporter:
            driver = Driver(
                run_id=self.run.run_id,
                machine=machine,
                known=self.known,
                resolver=assembly.resolver,
                prepared=self.prepared,
                wanted=list(needs),
                surroundings=Surroundings(
                    ledger=assembly.farm.ledger(),
                    leases=self.run.leases,
                    store=assembly.farm.store(),
                    executor=executor,
                    reporter=reporter,
                    clock=SystemClock(),
                    sites=assembly.site,
                    limits=assembly.limits,
                ),
                previous=previous,
            )
            return driver.run()


def summary(plan: Plan) -> str:
    """Return one line: how many nodes are built, perhaps built, reused and blocked."""
    counts = {action: sum(node.action is action for node in plan.nodes) for action in Action}
    parts = [f"{count} {action}" for action, count in counts.items() if count]
    return f"plan: {len(plan.nodes)} builds: {', '.join(parts) or 'nothing'}"


@contextmanager
def _reporter(farm: FarmContext, total: int) -> Iterator[Reporter]:
    if farm.verbosity < 0:
        yield SilentReporter()
    elif sys.stderr.isatty() and farm.output_format is OutputFormat.TABLE:
        console = Console(stderr=True, no_color=not farm.color_stderr)
        with LiveReporter(total, console, SystemClock()) as reporter:
            yield reporter
    else:
        yield LineReporter(total=total, stream=sys.stderr, verbose=farm.verbosity > 0)


@contextmanager
def _executor(address: str) -> Iterator[Executor]:
    from scheduler.ray_executor import RayExecutor  # noqa: PLC0415 - Ray takes half a second to import

    executor = RayExecutor(address)
    try:
        yield executor
    finally:
        executor.close()
