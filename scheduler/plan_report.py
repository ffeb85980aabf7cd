"""A plan as rows for people and programs: what `farm plan` prints."""

from dataclasses import dataclass

from msgspec import UNSET, UnsetType

from scheduler.durations import Durations
from scheduler.edges import CutEdge, Need
from scheduler.forecast import Forecast
from scheduler.graph import BuildGraph
from scheduler.plan import Plan, PlanNode
from scheduler.reasons import Reason, describe


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReason:
    """A reason as a tagged object (`type` says which) and in words."""

    reason: Reason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldNeed:
    """A component that is needed, by which requirements, and who else could meet them."""

    component: str
    by: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One node of a plan.

    Attributes:
        critical: whether it is on the critical path.
        seconds: expected wall time of one build, `spread` of its logarithm; `samples` is 0 where nothing was learned.
    """

    component: str
    arch: str
    action: str
    wave: int
    critical: bool
    needs: tuple[ToldNeed, ...]
    blast_radius: int
    reasons: tuple[ToldReason, ...]
    seconds: float
    spread: float
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """A component that its spec keeps from an architecture, with rpm's words."""

    component: str
    arch: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBootstrap:
    """A node for which farm.toml declares a bootstrap bcond.

    Attributes:
        without: components that its first build does without; empty where the bcond is not used.
        idle: why it is not; empty where it is.
    """

    component: str
    arch: str
    bcond: str
    without: tuple[str, ...]
    idle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """All of a plan; `bootstraps` is there only where farm.toml declares some."""

    nodes: tuple[PlanRow, ...]
    cut: tuple[CutEdge, ...]
    excluded: tuple[Excluded, ...]
    forecast: Forecast
    bootstraps: tuple[ToldBootstrap, ...] | UnsetType = UNSET


def report_plan(plan: Plan, graph: BuildGraph, durations: Durations, forecast: Forecast) -> PlanReport:
    """Return a plan with everything that is known of it, in build order."""
    wanted = {node.node for node in plan.nodes}
    needs: dict[tuple[str, str], list[ToldNeed]] = {}
    for edge in graph.edges:
        if edge.node in wanted:
            needs.setdefault(edge.node, []).append(ToldNeed(component=edge.provider.component, by=edge.needs))
    critical = set(forecast.critical_path)
    return PlanReport(
        nodes=tuple(
            _row(node, tuple(needs.get(node.node, ())), durations, critical=str(node.node) in critical)
            for node in plan.nodes
        ),
        cut=plan.cut,
        excluded=tuple(Excluded(component=node.component, arch=node.arch, why=why) for node, why in plan.excluded),
        forecast=forecast,
        bootstraps=_bootstraps(plan) or UNSET,
    )


def _bootstraps(plan: Plan) -> tuple[ToldBootstrap, ...]:
    used = [(it.node, it.bcond, it.components, "") for it in plan.bootstraps]
    idle = [(it.node, it.bcond, (), it.why) for it in plan.idle_bootstraps]
    return tuple(
        ToldBootstrap(component=node.component, arch=node.arch, bcond=bcond, without=without, idle=why)
        for node, bcond, without, why in sorted([*used, *idle])
    )


def _row(node: PlanNode, needs: tuple[ToldNeed, ...], durations: Durations, *, critical: bool) -> PlanRow:
    expected = durations.of(node.node)
    return PlanRow(
        component=node.component,
        arch=node.arch,
        action=node.action,
        wave=node.wave,
        critical=critical,
        needs=needs,
        blast_radius=node.blast_radius,
        reasons=tuple(ToldReason(reason=reason, text=describe(reason)) for reason in node.reasons),
        seconds=round(expected.seconds, 1),
        spread=round(expected.spread, 3),
        samples=expected.samples,
    )
