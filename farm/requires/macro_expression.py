"""rpm's expressions, as in `%if` and `%[...]`: integers, strings, versions, and no code."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from farm.nevra import compare_versions
from farm.requires.macro_text import part_at

_TOKEN = re.compile(
    r"\s*(?:(?P<quote>v?\")|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/<>!?:(),]))",
    re.ASCII,
)
_DEPTH = 50
_DIGITS = 18
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")

Expand = Callable[[str], str]


class ExpressionError(ValueError):
    """An expression that rpm would refuse as well."""


@dataclass(frozen=True, slots=True)
class _Version:
    text: str


_Value = int | str | _Version


def evaluate(text: str, expand: Expand) -> int | str:
    """Return the value of an expression; macro calls in it are expanded as they are met.

    Raises:
        ExpressionError: it is none.
    """
    parser = _Parser(text, expand)
    value = parser.ternary(0)
    if parser.token != ("end", ""):
        message = f"unexpected {parser.token[1]!r} in expression {text[:80]!r}"
        raise ExpressionError(message)
    return value.text if isinstance(value, _Version) else value


def is_true(text: str, expand: Expand) -> bool:
    """Return whether the expression of an `%if` holds.

    Raises:
        ExpressionError: it is none.
    """
    value = evaluate(text, expand)
    return bool(value)


class _Parser:
    """A parser by recursive descent; it goes no deeper than rpm's users do.

    A token keeps its text unexpanded: what stands in a branch that is not taken is never expanded.
    """

    def __init__(self, text: str, expand: Expand) -> None:
        self._text = text
        self._position = 0
        self._expand = expand
        self._passing_over = 0
        self.token = self._next()

    def ternary(self, depth: int) -> _Value:
        if depth > _DEPTH:
            message = "an expression is nested too deeply"
            raise ExpressionError(message)
        value = self._either(depth)
        if not self._take("?"):
            return value
        first = self._branch(depth, taken=_truth(value))
        self._demand(":")
        second = self._branch(depth, taken=not _truth(value))
        return first if _truth(value) else second

    def _branch(self, depth: int, *, taken: bool) -> _Value:
        self._passing_over += not taken
        value = self.ternary(depth + 1)
        self._passing_over -= not taken
        return value

    def _either(self, depth: int) -> _Value:
        value = self._both(depth)
        while self._take("||"):
            known = _truth(value)
            self._passing_over += known
            other = self._both(depth)
            self._passing_over -= known
            value = value if known else other
        return value

    def _both(self, depth: int) -> _Value:
        value = self._compared(depth)
        while self._take("&&"):
            known = not _truth(value)
            self._passing_over += known
            other = self._compared(depth)
            self._passing_over -= known
            value = value if known else other
        return value

    def _compared(self, depth: int) -> _Value:
        value = self._sum(depth)
        while self.token[0] == "operator" and self.token[1] in _COMPARISONS:
            operator = self.token[1]
            self._advance()
            other = self._sum(depth)
            value = 0 if self._passing_over else _compare(value, operator, other)
        return value

    def _sum(self, depth: int) -> _Value:
        value = self._product(depth)
        while self.token in (("operator", "+"), ("operator", "-")):
            sign = self.token[1]
            self._advance()
            other = self._product(depth)
            value = 0 if self._passing_over else _add(value, sign, other)
        return value

    def _product(self, depth: int) -> _Value:
        value = self._unary(depth)
        while self.token in (("operator", "*"), ("operator", "/")):
            operator = self.token[1]
            self._advance()
            other = self._unary(depth)
            value = 0 if self._passing_over else _multiply(value, operator, other)
        return value

    def _unary(self, depth: int) -> _Value:
        if depth > _DEPTH:
            message = "an expression is nested too deeply"
            raise ExpressionError(message)
        if self._take("!"):
            return int(not _truth(self._unary(depth + 1)))
        if self._take("-"):
            value = self._unary(depth + 1)
            return 0 if self._passing_over else -_number(value)
        return self._primary(depth)

    def _primary(self, depth: int) -> _Value:
        if self._take("("):
            value = self.ternary(depth + 1)
            self._demand(")")
            return value
        kind, text = self.token
        self._advance()
        if kind in ("digits", "string", "version"):
            return self._value(kind, text)
        message = f"bare words are not supported: {text[:60]!r}" if kind == "word" else f"unexpected {text[:60]!r}"
        raise ExpressionError(message)

    def _value(self, kind: str, text: str) -> _Value:
        value = "" if self._passing_over else self._expand(text)
        if kind == "version":
            return _Version(value)
        return int(value[:_DIGITS]) if kind == "digits" and value.isdecimal() and value.isascii() else value

    def _take(self, operator: str) -> bool:
        if self.token != ("operator", operator):
            return False
        self._advance()
        return True

    def _demand(self, operator: str) -> None:
        if not self._take(operator):
            message = f"{operator!r} is missing in expression {self._text[:80]!r}"
            raise ExpressionError(message)

    def _advance(self) -> None:
        self.token = self._next()

    def _next(self) -> tuple[str, str]:
        text = self._text
        while self._position < len(text) and text[self._position].isspace():
            self._position += 1
        if self._position >= len(text):
            return ("end", "")
        start = self._position
        if text[start] == "%" or text[start].isdigit():
            self._position = self._past(lambda character: not character.isdigit())
            return ("digits", text[start : self._position])
        match = _TOKEN.match(text, start)
        if match is None:
            message = f"unexpected {text[start : start + 20]!r} in expression"
            raise ExpressionError(message)
        self._position = match.end()
        if match["quote"]:
            end = self._past(lambda character: character == '"')
            if end >= len(text):
                message = f"a quote is missing in expression {text[:80]!r}"
                raise ExpressionError(message)
            start, self._position = self._position, end + 1
            return ("version" if match["quote"][0] == "v" else "string", text[start:end])
        return ("word", match["word"]) if match["word"] else ("operator", match["operator"])

    def _past(self, ends: Callable[[str], bool]) -> int:
        """Return where a token ends; macro calls in it are gone over whole."""
        end = self._position
        while end < len(self._text):
            part = part_at(self._text, end) if self._text[end] == "%" else None
            if part is None and ends(self._text[end]):
                break
            end = part.end if part else end + 1
        return end


def _truth(value: _Value) -> bool:
    return bool(value.text if isinstance(value, _Version) else value)


def _number(value: _Value) -> int:
    if not isinstance(value, int):
        message = "a number is wanted in an expression"
        raise ExpressionError(message)
    return value


def _compare(left: _Value, operator: str, right: _Value) -> int:
    if isinstance(left, _Version) and isinstance(right, _Version):
        order = _compare_evr(left.text, right.text)
    elif isinstance(left, _Version) or isinstance(right, _Version) or type(left) is not type(right):
        message = "types must match in a comparison"
        raise ExpressionError(message)
    else:
        order = (left > right) - (left < right)  # type: ignore[operator] # both are numbers, or both are strings
    return int(
        {"==": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[
            operator
        ]
    )


def _compare_evr(left: str, right: str) -> int:
    for one, other in zip(_evr(left), _evr(right), strict=True):
        order = compare_versions(one, other)
        if order:
            return order
    return 0


def _evr(text: str) -> tuple[str, str, str]:
    epoch, colon, rest = text.partition(":")
    version, _, release = (rest if colon else text).partition("-")
    return (epoch if colon else "0", version, release)


def _add(left: _Value, sign: str, right: _Value) -> _Value:
    if isinstance(left, str) and isinstance(right, str) and sign == "+":
        return left + right
    return _bounded(_number(left) + _number(right) if sign == "+" else _number(left) - _number(right))


def _multiply(left: _Value, operator: str, right: _Value) -> int:
    one, other = _number(left), _number(right)
    if operator == "*":
        return _bounded(one * other)
    if not other:
        message = "division by zero in an expression"
        raise ExpressionError(message)
    return int(one / other) if abs(one) < 2**53 else one // other


def _bounded(value: int) -> int:
    if abs(value) >= 2**63:
        message = "a number is too large in an expression"
        raise ExpressionError(message)
    return value
