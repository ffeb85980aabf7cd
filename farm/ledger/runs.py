"""Runs in the ledger."""

from sqlalchemy import Connection, insert, select, update

from farm.events import RoundEnded, RunFinished, RunStarted, RunStatus
from farm.identity import random_name
from farm.ledger import event_log
from farm.ledger.errors import UnknownRunError
from farm.ledger.tables import run_table
from farm.ledger.values import Run


def begin(connection: Connection, project: str, commit: str, command: str, now: str) -> str:
    """Insert a run with its first event and return its id."""
    run_id = random_name("run")
    connection.execute(
        insert(run_table).values(
            run_id=run_id,
            project=project,
            commit=commit,
            command=command,
            started=now,
            ended="",
            status=RunStatus.RUNNING.value,
        )
    )
    event_log.append(connection, run_id, [RunStarted(project=project, commit=commit, command=command)], now)
    return run_id


def end(connection: Connection, run_id: str, status: RunStatus, now: str) -> None:
    """End a run with its last event, where it has not ended.

    Raises:
        UnknownRunError: there is no such run.
    """
    ended = connection.execute(select(run_table.c.ended).where(run_table.c.run_id == run_id)).scalar()
    if ended is None:
        raise UnknownRunError(f"there is no run {run_id!r}")
    if ended:
        return
    change = update(run_table).where(run_table.c.run_id == run_id).values(ended=now, status=status.value)
    connection.execute(change)
    event_log.append(connection, run_id, [RunFinished(status=status)], now)


def end_round(connection: Connection, run_id: str, ended: RoundEnded, now: str) -> None:
    """Append the end of a round of a run, and say of the run whether it has settled by that.

    Raises:
        UnknownRunError: there is no such run.
    """
    event_log.append(connection, run_id, [ended], now)
    connection.execute(update(run_table).where(run_table.c.run_id == run_id).values(settled=not ended.stale))


def all_runs(connection: Connection) -> list[Run]:
    """Return all runs, newest first."""
    rows = connection.execute(select(run_table).order_by(run_table.c.number.desc()))
    return [
        Run(
            run_id=row.run_id,
            project=row.project,
            commit=row.commit,
            command=row.command,
            started=row.started,
            ended=row.ended,
            status=RunStatus(row.status),
            settled=row.settled,
        )
        for row in rows
    ]
