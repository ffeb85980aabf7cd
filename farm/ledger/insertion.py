"""Inserts rows that are not there yet, in the words of each database."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Column, Connection, Insert, Table

from farm.ledger.for_each import for_each


def insert_new(
    connection: Connection, table: Table, key: Column[str], rows: Sequence[Mapping[str, object]]
) -> list[str]:
    """Insert rows, but for those that others have inserted, and return the keys of those that were, in any order.

    Args:
        key: what names a row to the caller, who has looked already whether it is there.
    """
    statement = _statement(connection.dialect.name, table)
    if connection.dialect.name == "sqlite":  # whoever writes is alone: what was not there is not there
        for_each(connection, statement, rows)
        return [str(row[key.name]) for row in rows]
    return list(connection.execute(statement.returning(key), rows).scalars())


def add_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows, but for those that are there."""
    for_each(connection, _statement(connection.dialect.name, table), rows)


@cache
def _statement(dialect: str, table: Table) -> Insert:
    # Each takes time that the other's user need not wait.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - see above

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - see above

    return postgresql.insert(table).on_conflict_do_nothing()
