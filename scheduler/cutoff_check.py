"""A share of what early cutoff saved is built once more, and what turns out otherwise is not reproducible."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from farm.counted import counted
from farm.events import NodeChanged
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler.assembly import Assembly
from scheduler.cutoff_sample import cut_off, drawn
from scheduler.executor import Executor
from scheduler.node import Node
from scheduler.plan import Plan
from scheduler.run_lease import OpenRun
from scheduler.verification import build_again


def check_cutoffs(
    assembly: Assembly,
    run: OpenRun,
    plan: Plan,
    outcomes: Sequence[NodeOutcome],
    executor: Executor,
    *,
    tell: Callable[[str], None],
) -> Sequence[NodeOutcome]:
    """Build the project's share of what early cutoff saved once more, and return how all nodes ended then.

    Where the very inputs of a verdict give other bytes, the node is not reproducible, in this run and from now on.

    Raises:
        RunLostError: the run was taken for dead.
    """
    ledger = assembly.farm.ledger()
    chosen = drawn(cut_off(plan, outcomes), share=assembly.project.farm.cutoff_share, run_id=run.run_id)
    known = [(node, verdict) for node, build_id in chosen if (verdict := ledger.verdict(build_id)) is not None]
    if not known:
        return outcomes
    tell(f"early cutoff: {counted(len(known), 'saved build')} built once more, to be sure")
    again = build_again(assembly, known, executor, run.leases.renew_due)
    for node, words in sorted(again.items()):
        tell(f"{node}: {words}")
    turned = {node for node, verdict in known if _has_turned(verdict, ledger.verdict(verdict.build_id))}
    return [_turned(ledger, run, it, again) if Node(it.component, it.arch) in turned else it for it in outcomes]


def _has_turned(before: Verdict, after: Verdict | None) -> bool:
    return after is not None and after.status is not before.status


def _turned(ledger: Ledger, run: OpenRun, outcome: NodeOutcome, again: Mapping[Node, str]) -> NodeOutcome:
    why = f"built once more, with its inputs as they were: {again[Node(outcome.component, outcome.arch)]}"
    found = replace(outcome, state=NodeState.UNREPRODUCIBLE, why=why)
    with ledger.transaction():
        run.leases.require_run()
        ledger.append(run.run_id, NodeChanged(component=found.component, arch=found.arch, state=found.state, why=why))
        ledger.record_outcome(run.run_id, found)
    return found
