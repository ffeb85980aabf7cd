"""RPM dependencies as values: `name`, `name >= version`, and rich (boolean) ones; and what meets them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from farm.nevra import compare_versions

_EVR = re.compile(r"(?:(?P<epoch>[0-9]*):)?(?P<version>[^:-]*)(?:-(?P<release>[^:]*))?")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """A simple dependency; also a provide.

    Attributes:
        operator: `<`, `<=`, `=`, `>=`, `>`; empty where any version will do.
        evr: `[epoch:]version[-release]`.
    """

    name: str
    operator: str = ""
    evr: str = ""

    def __str__(self) -> str:
        """Return it as rpm writes it."""
        return f"{self.name} {self.operator} {self.evr}" if self.operator else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RichRequirement:
    """A boolean dependency.

    Attributes:
        operator: `and`, `or`, `with`, `without`, `if`, `unless`.
        operands: at least two; `if` and `unless` may have a third: the `else` branch.
    """

    operator: str
    operands: "tuple[Dependency, ...]"

    def __str__(self) -> str:
        """Return it as rpm writes it."""
        if self.operator in {"if", "unless"}:
            then, condition, *otherwise = self.operands
            return f"({then} {self.operator} {condition}{''.join(f' else {branch}' for branch in otherwise)})"
        return "(" + f" {self.operator} ".join(map(str, self.operands)) + ")"


Dependency = Requirement | RichRequirement


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """Requirements of which one is enough.

    Attributes:
        optional: needed only under a condition (`if`, `unless`).
    """

    choices: tuple[Requirement, ...]
    optional: bool


def alternatives(dependency: Dependency) -> list[Alternatives]:
    """Return what must be met: one choice of each element. Conditions are taken to hold (and marked).

    An `and` inside an `or` is taken apart: each of its members counts as a choice of its own.
    """
    return list(_alternatives(dependency, optional=False))


def satisfies(provide: Requirement, wanted: Requirement) -> bool:
    """Tell whether a provide meets a simple requirement: same name and overlapping ranges (rpm's `rpmverOverlap`).

    A side without a version meets every version, and one without a release every release of its version if it
    allows equality.
    """
    if provide.name != wanted.name:
        return False
    if not provide.operator or not wanted.operator:
        return True
    epoch, version, release = _split_evr(provide.evr)
    wanted_epoch, wanted_version, wanted_release = _split_evr(wanted.evr)
    order = (epoch > wanted_epoch) - (epoch < wanted_epoch) or compare_versions(version, wanted_version)
    if order == 0 and bool(release) != bool(wanted_release):
        if "=" in (wanted if release else provide).operator:
            return True
    elif order == 0:
        order = compare_versions(release, wanted_release)
    if order < 0:
        return ">" in provide.operator or "<" in wanted.operator
    if order > 0:
        return "<" in provide.operator or ">" in wanted.operator
    return bool(set(provide.operator) & set(wanted.operator))


def clauses(dependency: Dependency) -> int:
    """Return how many clauses a solver makes of it at most: `or` over `and` multiplies."""
    return _count(dependency)[0]


def _alternatives(dependency: Dependency, *, optional: bool) -> Iterator[Alternatives]:
    match dependency:
        case Requirement():
            yield Alternatives(choices=(dependency,), optional=optional)
        case RichRequirement(operator="or"):
            yield Alternatives(choices=tuple(_leaves(dependency)), optional=optional)
        case RichRequirement(operator="and" | "with", operands=operands):
            for operand in operands:
                yield from _alternatives(operand, optional=optional)
        case RichRequirement(operator="if" | "unless", operands=(then, _, *otherwise)):
            for branch in (then, *otherwise):
                yield from _alternatives(branch, optional=True)
        case RichRequirement(operands=operands):
            yield from _alternatives(operands[0], optional=optional)


def _leaves(dependency: Dependency) -> Iterator[Requirement]:
    if isinstance(dependency, RichRequirement) and dependency.operator == "or":
        for operand in dependency.operands:
            yield from _leaves(operand)
        return
    for group in _alternatives(dependency, optional=False):
        yield from group.choices


def _count(dependency: Dependency) -> tuple[int, int]:
    """Return the numbers of clauses of a dependency and of its negation."""
    if isinstance(dependency, Requirement) or dependency.operator in {"with", "without"}:
        return 1, 1
    counts = [_count(operand) for operand in dependency.operands]
    positive, negative = [count[0] for count in counts], [count[1] for count in counts]
    if dependency.operator == "and":
        return sum(positive), _product(negative)
    if dependency.operator == "or":
        return _product(positive), sum(negative)
    return _product([max(count) for count in counts]) + sum(positive), _product([max(count) for count in counts])


def _product(numbers: list[int]) -> int:
    result = 1
    for number in numbers:
        result = min(result * number, 2**31)
    return result


def _split_evr(evr: str) -> tuple[int, str, str]:
    match = _EVR.fullmatch(evr)
    if match is None:
        return 0, evr, ""
    epoch = (match["epoch"] or "0")[:9]
    return int(epoch), match["version"], match["release"] or ""
