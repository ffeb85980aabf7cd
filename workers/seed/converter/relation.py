"""Debian's relation fields (Depends, Provides, Conflicts) as RPM dependencies."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.version import Evr

_RELATION = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9+.-]*)(?::[a-z0-9-]+)?(?:\s*\(\s*(?P<op><<|<=|=|>=|>>|<|>)\s*(?P<version>[^\s()]+)\s*\))?"
)
_OPERATORS = {"<<": "<", "<=": "<=", "=": "=", ">=": ">=", ">>": ">", "<": "<=", ">": ">="}
_BEFORE_EVERY_NEXT_REVISION = "-."


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One name, with or without a comparison; `operator` and `evr` are empty together."""

    name: str
    operator: str = ""
    evr: str = ""

    def __str__(self) -> str:
        """Return it as a spec writes it."""
        return f"{self.name} {self.operator} {self.evr}" if self.operator else self.name


def parse_relation(text: str) -> Relation:
    """Map one relation, such as `libc6:any (>= 2.41)`.

    RPM ignores a release that one side does not give; Debian takes it for the lowest. So `>> 2.41` becomes
    `> 2.41-0`. Debian's `<< 5.40.1-.` means every revision of 5.40.1 and becomes `<= 5.40.1`.

    Raises:
        ConversionError: it is no relation.
    """
    match = _RELATION.fullmatch(text.strip())
    if match is None:
        raise ConversionError(f"not a Debian relation: {text.strip()[:120]!r}")
    if match["op"] is None:
        return Relation(name=match["name"])
    operator, version = _OPERATORS[match["op"]], match["version"]
    if operator == "<" and version.endswith(_BEFORE_EVERY_NEXT_REVISION):
        before = Evr.parse(version.removesuffix(_BEFORE_EVERY_NEXT_REVISION))
        return Relation(name=match["name"], operator="<=", evr=before.in_relation)
    evr = Evr.parse(version)
    return Relation(name=match["name"], operator=operator, evr=str(evr) if operator == ">" else evr.in_relation)


def parse_requires(field: str, ignored: Collection[str]) -> tuple[str, ...]:
    """Map a Depends field; alternatives become a rich dependency.

    A relation that an ignored name could satisfy is left out whole.

    Raises:
        ConversionError: it is no list of relations.
    """
    requires = []
    for clause in _clauses(field):
        alternatives = [parse_relation(alternative) for alternative in clause.split("|")]
        if not any(alternative.name in ignored for alternative in alternatives):
            requires.append(_any_of(alternatives))
    return tuple(requires)


def parse_provides(field: str) -> tuple[str, ...]:
    """Map a Provides field.

    Raises:
        ConversionError: it is no list of relations.
    """
    return tuple(str(parse_relation(clause)) for clause in _clauses(field))


def parse_conflicts(field: str, ignored: Collection[str]) -> tuple[str, ...]:
    """Map a Conflicts field, keeping only the relations without a version.

    To RPM a provide without a version satisfies every versioned conflict, to Debian none: the others would hit
    packages that do not conflict at all (perl and perl-modules).

    Raises:
        ConversionError: it is no list of relations.
    """
    relations = (parse_relation(clause) for clause in _clauses(field))
    return tuple(relation.name for relation in relations if not relation.operator and relation.name not in ignored)


def _clauses(field: str) -> list[str]:
    return [clause.strip() for clause in field.replace("\n", " ").split(",") if clause.strip()]


def _any_of(alternatives: list[Relation]) -> str:
    if len(alternatives) == 1:
        return str(alternatives[0])
    return "(" + " or ".join(str(alternative) for alternative in alternatives) + ")"
