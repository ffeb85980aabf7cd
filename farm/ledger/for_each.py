"""Runs a statement once for each of many rows of plain values.

SQLAlchemy prepares the values of every row by itself, which costs a driver more than the database takes for them. Here
the statement is put into the words of the database once, and the rows go to its driver as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, Delete, Dialect, Insert, Update

_STATEMENTS = 64

Change = Insert | Update | Delete


def for_each(connection: Connection, statement: Change, rows: Sequence[Mapping[str, object]]) -> None:
    """Run a statement for each row; nothing happens where there are none.

    Args:
        statement: one that is kept, because its words are.
        rows: the values by name, the same names in each; of types that the database's driver takes as they are.
    """
    if not rows:
        return
    words = _in_words(connection.dialect, statement, tuple(rows[0]))
    named = [{**words.fixed, **row} for row in rows] if words.fixed else rows
    if words.order is None:
        connection.exec_driver_sql(words.text, [dict(row) for row in named])
    else:
        connection.exec_driver_sql(words.text, [tuple(row[name] for name in words.order) for row in named])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """A statement in the words of a database.

    Attributes:
        fixed: the values that are the statement's own.
        order: names of its values in their order; None where the database takes them by name.
    """

    text: str
    fixed: Mapping[str, object]
    order: tuple[str, ...] | None


@lru_cache(maxsize=_STATEMENTS)
def _in_words(dialect: Dialect, statement: Change, names: tuple[str, ...]) -> _Words:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    return _Words(
        text=compiled.string,
        fixed={name: value for name, value in compiled.params.items() if name not in names},
        order=None if compiled.positiontup is None else tuple(compiled.positiontup),
    )
