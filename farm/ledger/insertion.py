"""Inserts rows that are not there yet, in the words of each database."""

from sqlalchemy import Connection, Insert, Table


def insert_new(connection: Connection, table: Table) -> Insert:
    """Return an INSERT that leaves out rows whose key is there."""
    # Each takes time that the other's user need not wait.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - see above

        return sqlite.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - see above

    return postgresql.insert(table).on_conflict_do_nothing()
