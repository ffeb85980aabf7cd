"""`farm verify`: build once more in further surroundings and compare with what was recorded."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler.assembly import Assembly, assemble
from scheduler.cli.options import Selection, selectors
from scheduler.node import Node
from scheduler.ray_executor import RayExecutor
from scheduler.verification import IDENTICAL, NothingToVerifyError, build_again

_JUDGED = (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE)
"""A later run that failed or was interrupted does not take a verdict back."""


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
@click.option("--address", default="", metavar="ADDRESS", help="Ray cluster to build on; this machine otherwise.")
@pass_farm
def verify(
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    recorded: bool,
    address: str,
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
    again = {} if recorded else _build_again(assembly, known, address)
    rows = [_row(node, ledger.verdict(verdict.build_id) or verdict, again.get(node, "")) for node, verdict in known]
    emit_rows(farm, rows, COLUMNS)
    if any(row.verdict != "reproducible" or row.again not in ("", IDENTICAL) for row in rows):
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


def _build_again(assembly: Assembly, known: Sequence[tuple[Node, Verdict]], address: str) -> dict[Node, str]:
    executor = RayExecutor(address, scratch=assembly.farm.cache.scratch)
    try:
        return build_again(assembly, known, executor)
    finally:
        executor.close()
