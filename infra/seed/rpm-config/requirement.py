"""Requirements of Python distributions (PEP 508) with their environment markers."""

import os
import platform
import re
import sys
from dataclasses import dataclass

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"\s*(?:\[(?P<extras>[^\]]*)\])?"
    r"\s*(?:@\s*\S+|\(?(?P<versions>[^;()@]*)\)?)"
    r"\s*(?:;(?P<marker>.*))?",
    re.DOTALL,
)
_SPECIFIER = re.compile(r"(===|~=|==|!=|<=|>=|<|>)\s*([^\s<>=!~]+)")
_TOKEN = re.compile(r"""\s*(\(|\)|'[^']*'|"[^"]*"|===|~=|==|!=|<=|>=|<|>|not\s+in\b|[a-z_]+(?:\.[a-z_]+)*)""")
_VERSION_VARIABLES = {"python_version", "python_full_version", "implementation_version"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A needed distribution.

    Attributes:
        name: normalised (PEP 503).
        versions: pairs of operator and version, as written.
    """

    name: str
    extras: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    marker: str

    def applies(self, extra: str = "") -> bool:
        """Tell whether its marker holds here, with an extra asked for."""
        return not self.marker or _Marker(self.marker, _environment(extra)).holds()


def normalised(name: str) -> str:
    """Return the one spelling of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(text: str) -> Requirement:
    """Parse one requirement.

    Raises:
        ValueError: it is none.
    """
    match = _REQUIREMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"not a requirement: {text!r}")
    versions = [part.strip() for part in (match["versions"] or "").split(",") if part.strip()]
    specifiers = [_SPECIFIER.fullmatch(part) for part in versions]
    if None in specifiers:
        raise ValueError(f"not a version specifier: {match['versions']!r} in {text!r}")
    extras = [part.strip() for part in (match["extras"] or "").split(",") if part.strip()]
    return Requirement(
        name=normalised(match["name"]),
        extras=tuple(normalised(extra) for extra in extras),
        versions=tuple((found[1], found[2]) for found in specifiers if found),
        marker=(match["marker"] or "").strip(),
    )


def _environment(extra: str) -> dict[str, str]:
    """Return the marker variables; those that name the running kernel are empty, as a build must not depend on it."""
    return {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": "",
        "platform_system": platform.system(),
        "platform_version": "",
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "python_full_version": platform.python_version(),
        "implementation_name": sys.implementation.name,
        "implementation_version": platform.python_version(),
        "extra": extra,
    }


class _Marker:
    """Evaluates a marker by recursive descent: `or` of `and` of comparisons and parentheses."""

    def __init__(self, text: str, environment: dict[str, str]) -> None:
        self._text = text
        self._environment = environment
        self._tokens = self._split(text)

    def holds(self) -> bool:
        result = self._either()
        if self._tokens:
            raise ValueError(f"marker cannot be read at {self._tokens[0]!r}: {self._text!r}")
        return result

    def _split(self, text: str) -> list[str]:
        tokens, position, text = [], 0, text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ValueError(f"marker cannot be read at {text[position:]!r}: {text!r}")
            tokens.append(match[1])
            position = match.end()
        return tokens

    def _next(self) -> str:
        if not self._tokens:
            raise ValueError(f"marker ends too early: {self._text!r}")
        return self._tokens.pop(0)

    def _either(self) -> bool:
        result = self._both()
        while self._tokens[:1] == ["or"]:
            self._next()
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._tokens[:1] == ["and"]:
            self._next()
            result = self._one() and result
        return result

    def _one(self) -> bool:
        first = self._next()
        if first == "(":
            result = self._either()
            if self._next() != ")":
                raise ValueError(f"marker lacks a closing parenthesis: {self._text!r}")
            return result
        operator, other = self._next(), self._next()
        by_version = bool({first, other} & _VERSION_VARIABLES)
        left, right = self._value(first), self._value(other)
        if "extra" in (first, other):
            left, right = normalised(left), normalised(right)
        return _compare(left, operator, right, by_version=by_version)

    def _value(self, token: str) -> str:
        if token[0] in "'\"":
            return token[1:-1]
        if token not in self._environment:
            raise ValueError(f"unknown marker variable {token!r}: {self._text!r}")
        return self._environment[token]


def _compare(left: str, operator: str, right: str, *, by_version: bool) -> bool:
    if operator.endswith("in"):
        return (left in right) is (operator == "in")
    if by_version and operator == "~=":
        prefix = _numbers(right)[:-1]
        return _numbers(left) >= _numbers(right) and _numbers(left)[: len(prefix)] == prefix
    if by_version and right.endswith(".*"):
        prefix = _numbers(right)
        return (_numbers(left)[: len(prefix)] == prefix) is (operator == "==")
    one, two = (_padded(left), _padded(right)) if by_version else (left, right)
    results = {"==": one == two, "===": left == right, "!=": one != two}
    if operator in results:
        return results[operator]
    order = {"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}  # type: ignore[operator]
    if operator not in order:
        raise ValueError(f"unknown marker operator {operator!r}")
    return order[operator]


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", re.split(r"[a-z+]", version)[0])]


def _padded(version: str) -> list[int]:
    numbers = _numbers(version)
    return numbers + [0] * (6 - len(numbers))
