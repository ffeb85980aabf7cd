"""How the nodes of runs ended, in the ledger."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from farm.canonical import decode, encode
from farm.ledger.errors import UnknownRunError
from farm.ledger.for_each import for_each
from farm.ledger.tables import outcome_table, run_table
from farm.ledger.values import NodeOutcome
from farm.states import NodeState

_RUN = select(run_table.c.number).where(run_table.c.run_id == bindparam("run"))
_EARLIER = delete(outcome_table).where(
    (outcome_table.c.run_id == bindparam("run"))
    & (outcome_table.c.component == bindparam("of"))
    & (outcome_table.c.arch == bindparam("on"))
)
_ADD = insert(outcome_table)


def record(connection: Connection, run_id: str, ended: Sequence[NodeOutcome], now: str) -> None:
    """Insert the outcomes of nodes, one a node, in place of earlier ones of the same run.

    Raises:
        UnknownRunError: there is no such run.
    """
    if connection.execute(_RUN, {"run": run_id}).scalar() is None:
        raise UnknownRunError(f"there is no run {run_id!r}")
    if not ended:
        return
    for_each(connection, _EARLIER, [{"run": run_id, "of": outcome.component, "on": outcome.arch} for outcome in ended])
    for_each(
        connection,
        _ADD,
        [
            {
                "run_id": run_id,
                "component": outcome.component,
                "arch": outcome.arch,
                "state": outcome.state.value,
                "recorded": now,
                "body": encode(outcome).decode(),
            }
            for outcome in ended
        ],
    )


def of_run(connection: Connection, run_id: str) -> list[NodeOutcome]:
    """Return the outcomes of a run by component and architecture."""
    query = select(outcome_table.c.body).where(outcome_table.c.run_id == run_id)
    ordered = query.order_by(outcome_table.c.component, outcome_table.c.arch)
    return [decode(body.encode(), NodeOutcome) for body in connection.execute(ordered).scalars()]


def last(connection: Connection, component: str, arch: str, states: Sequence[NodeState] | None) -> NodeOutcome | None:
    """Return the newest outcome of a node, in one of the states where they are given."""
    query = select(outcome_table.c.body).where(
        (outcome_table.c.component == component) & (outcome_table.c.arch == arch)
    )
    if states is not None:
        query = query.where(outcome_table.c.state.in_([state.value for state in states]))
    body = connection.execute(query.order_by(outcome_table.c.seq.desc()).limit(1)).scalar()
    return None if body is None else decode(body.encode(), NodeOutcome)


def last_of_all(connection: Connection, states: Sequence[NodeState] | None) -> list[NodeOutcome]:
    """Return the newest outcome of every node, in one of the states where they are given, by node."""
    newest = select(func.max(outcome_table.c.seq)).group_by(outcome_table.c.component, outcome_table.c.arch)
    if states is not None:
        newest = newest.where(outcome_table.c.state.in_([state.value for state in states]))
    query = select(outcome_table.c.body).where(outcome_table.c.seq.in_(newest))
    ordered = query.order_by(outcome_table.c.component, outcome_table.c.arch)
    return [decode(body.encode(), NodeOutcome) for body in connection.execute(ordered).scalars()]
