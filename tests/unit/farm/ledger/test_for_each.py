from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
    update,
)

from farm.ledger.for_each import for_each

_THINGS = Table(
    "things",
    MetaData(),
    Column("name", String(10), primary_key=True),
    Column("held", Boolean(create_constraint=False)),
    Column("number", Integer),
)
_ADD = insert(_THINGS)
_FREE = update(_THINGS).where(_THINGS.c.name == bindparam("of")).values(held=False, number=bindparam("then"))


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as opened:
        _THINGS.create(opened)
        yield opened
    engine.dispose()


def _all(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(_THINGS).order_by(_THINGS.c.name))]


def test_each_row_is_taken_with_its_own_values_and_those_of_the_statement(connection: Connection) -> None:
    for_each(connection, _ADD, [{"number": n, "held": True, "name": f"n{n}"} for n in range(3)])
    for_each(connection, _FREE, [{"of": "n2", "then": 20}, {"then": 10, "of": "n1"}])
    assert _all(connection) == [("n0", True, 0), ("n1", False, 10), ("n2", False, 20)]


def test_columns_that_are_not_named_are_not_set(connection: Connection) -> None:
    for_each(connection, _ADD, [{"name": "all", "held": True, "number": 1}])
    for_each(connection, _ADD, [{"name": "bare"}])
    assert _all(connection) == [("all", True, 1), ("bare", None, None)]


def test_no_rows_are_no_statement(connection: Connection) -> None:
    for_each(connection, _FREE, [])
    assert _all(connection) == []


def test_a_value_that_is_missing_is_an_error_and_not_null(connection: Connection) -> None:
    with pytest.raises(KeyError):
        for_each(connection, _ADD, [{"name": "a", "number": 1}, {"name": "b"}])
