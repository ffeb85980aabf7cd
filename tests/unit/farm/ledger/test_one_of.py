from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection, create_engine, select, text

from farm.ledger.one_of import one_of
from farm.ledger.tables import lease_table, metadata

_ASKED = select(lease_table.c.subject).where(one_of(lease_table.c.subject, "subjects")).order_by(lease_table.c.subject)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine, tables=[lease_table])
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def put(connection: Connection, subjects: Sequence[str]) -> None:
    rows = [
        {"subject": subject, "token": 1, "held": True, "holder": "", "ttl_seconds": 1.0, "expires": ""}
        for subject in subjects
    ]
    connection.execute(lease_table.insert(), rows)


@pytest.mark.parametrize("asked", [["b", "a", "b", "z"], {"a", "b"}, ("a", "b", "")])
def test_rows_that_have_one_of_the_values(connection: Connection, asked: Sequence[str]) -> None:
    put(connection, ["a", "b", "c"])
    assert list(connection.execute(_ASKED, {"subjects": asked}).scalars()) == ["a", "b"]


def test_no_value_is_no_row(connection: Connection) -> None:
    put(connection, ["a"])
    assert list(connection.execute(_ASKED, {"subjects": []}).scalars()) == []


def test_any_text_is_a_value_and_nothing_else(connection: Connection) -> None:
    odd = ['"', "'; DROP TABLE leases; --", "\\", "a,b", "[1]", "ü\n"]
    put(connection, odd)
    assert sorted(connection.execute(_ASKED, {"subjects": odd}).scalars()) == sorted(odd)


def test_more_values_than_a_statement_may_have(connection: Connection) -> None:
    many = [f"subject {number:06}" for number in range(40_000)]
    put(connection, many)
    assert list(connection.execute(_ASKED, {"subjects": many}).scalars()) == many


def test_sqlite_looks_them_up_in_its_index(connection: Connection) -> None:
    words = str(_ASKED.compile(connection))
    plan = [row.detail for row in connection.execute(text("EXPLAIN QUERY PLAN " + words.replace("?", "'[]'")))]
    assert any(detail.startswith("SEARCH leases USING") for detail in plan), plan


def test_postgresql_is_given_an_array() -> None:
    words = str(_ASKED.compile(create_engine("postgresql+psycopg://")))
    assert "leases.subject = any(%(subjects)s::TEXT[])" in words
