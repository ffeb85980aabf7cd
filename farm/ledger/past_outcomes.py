"""Which runs the outcomes of nodes are of: how far a run came decides what its outcomes are worth."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from farm.canonical import decode
from farm.ledger.tables import outcome_table
from farm.ledger.values import NodeOutcome
from farm.states import NodeState


def runs_of_last(connection: Connection) -> dict[tuple[str, str], str]:
    """Return the run of the newest outcome of every node, by component and architecture."""
    newest = select(func.max(outcome_table.c.seq)).group_by(outcome_table.c.component, outcome_table.c.arch)
    query = select(outcome_table.c.component, outcome_table.c.arch, outcome_table.c.run_id)
    rows = connection.execute(query.where(outcome_table.c.seq.in_(newest)))
    return {(row.component, row.arch): row.run_id for row in rows}


def of_node(
    connection: Connection, component: str, arch: str, states: Sequence[NodeState]
) -> list[tuple[str, NodeOutcome]]:
    """Return every outcome of a node in one of the states with its run, newest first."""
    query = select(outcome_table.c.run_id, outcome_table.c.body).where(
        (outcome_table.c.component == component)
        & (outcome_table.c.arch == arch)
        & outcome_table.c.state.in_([state.value for state in states])
    )
    rows = connection.execute(query.order_by(outcome_table.c.seq.desc()))
    return [(row.run_id, decode(row.body.encode(), NodeOutcome)) for row in rows]
