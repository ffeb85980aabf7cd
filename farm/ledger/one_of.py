"""Asks for the rows that have one of many values, which are given as one: the words of the statement stay the same.

SQLAlchemy's own `IN` is written anew for each number of values, and databases bound how many a statement may have.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, Column, Dialect, Text, TypeDecorator, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from farm.canonical import encode


class OneOf(FunctionElement[bool]):
    """Whether a column has one of the values.

    It is of no type: as a Boolean, SQLite would be asked whether it equals 1, and would use no index for it.
    """

    inherit_cache = True


def one_of(column: Column[str], name: str) -> OneOf:
    """Return the condition that a column has one of the values that a statement is given under a name."""
    return OneOf(column, bindparam(name, type_=_Values()))


class _Values(TypeDecorator[Collection[str]]):
    """Texts, each once and sorted: an array, or JSON in a database without arrays."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if _has_arrays(dialect) else Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> list[str] | str:
        values = sorted(set(value or ()))
        return values if _has_arrays(dialect) else encode(values).decode()


@compiles(OneOf, "sqlite")
def _in_json(element: OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own signature
    column, values = element.clauses
    listed = func.json_each(values).table_valued("value")
    return compiler.process(column.in_(select(listed.c.value)), **how)


@compiles(OneOf, "postgresql")
def _in_array(element: OneOf, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 - as above
    column, values = element.clauses
    return compiler.process(column == func.any(values), **how)


def _has_arrays(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"
