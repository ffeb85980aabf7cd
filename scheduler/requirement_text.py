"""The text of RPM dependencies: the grammar of rpm's `docs/manual/boolean_dependencies.md`.

Parsing here comes before any other parser sees a dependency: nesting and size have limits.
"""

import re

from farm.errors import UnresolvableError
from scheduler.requirement import Dependency, Requirement, RichRequirement

MAX_DEPTH = 32
MAX_LENGTH = 8192

_SIMPLE = re.compile(r"(?P<name>[^\s<=>]\S*)(?:\s*(?P<operator><=|>=|==|=<|=>|<|>|=)\s*(?P<evr>[^\s<=>]\S*))?")
_OPERATORS = {"==": "=", "=<": "<=", "=>": ">="}


class RequirementError(UnresolvableError):
    """A text is no RPM dependency, or one that no package needs."""

    code = "SLV003"


def parse_requirement(text: str) -> Dependency:
    """Parse a dependency.

    Raises:
        RequirementError: it is none, or nests too deep or is too long.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise RequirementError("a dependency is longer than any package needs", why=f"{text[:60]}...")
    if not text.startswith("("):
        return _simple(text, text)
    reader = _Reader(text)
    dependency = reader.rich(1)
    if reader.rest().strip():
        raise RequirementError(f"not an RPM dependency: {text[:200]!r}", why="text follows the last parenthesis")
    return dependency


def _simple(text: str, whole: str) -> Requirement:
    match = _SIMPLE.fullmatch(text)
    if match is None:
        raise RequirementError(f"not an RPM dependency: {whole[:200]!r}")
    operator = match["operator"] or ""
    return Requirement(name=match["name"], operator=_OPERATORS.get(operator, operator), evr=match["evr"] or "")


class _Reader:
    """Reads a rich dependency from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def rest(self) -> str:
        return self._text[self._at :]

    def rich(self, depth: int) -> Dependency:
        if depth > MAX_DEPTH:
            raise RequirementError(f"a dependency nests deeper than {MAX_DEPTH}", why=f"{self._text[:60]}...")
        self._at += 1
        operands = [self._operand(depth)]
        operators: list[str] = []
        while (word := self._word()) != ")":
            operators.append(word)
            operands.append(self._operand(depth))
        return self._combine(operators, operands)

    def _combine(self, operators: list[str], operands: list[Dependency]) -> Dependency:
        match operators:
            case []:
                return operands[0]
            case ["if" | "unless" | "without"] | ["if" | "unless", "else"]:
                pass
            case ["and" | "or" | "with", *more] if set(more) <= {operators[0]}:
                pass
            case _:
                raise self._error()
        return RichRequirement(operator=operators[0], operands=tuple(operands))

    def _operand(self, depth: int) -> Dependency:
        self._skip_space()
        if self._text.startswith("(", self._at):
            return self.rich(depth + 1)
        words = [self._word()]
        here = self._at
        if self._peek_operator():
            words.append(self._word())
            words.append(self._word())
        else:
            self._at = here
        if ")" in words or "" in words:
            raise self._error()
        return _simple(" ".join(words), self._text)

    def _peek_operator(self) -> bool:
        self._skip_space()
        return self._text[self._at : self._at + 1] in set("<=>") and self._at < len(self._text)

    def _word(self) -> str:
        """Return the next word; parentheses inside of a word belong to it while they are balanced."""
        self._skip_space()
        begin, open_ = self._at, 0
        while self._at < len(self._text) and not self._text[self._at].isspace():
            character = self._text[self._at]
            if character == ")" and not open_:
                break
            open_ += (character == "(") - (character == ")")
            self._at += 1
        if self._at == begin:
            if begin == len(self._text):
                raise self._error()
            self._at += 1
            return ")"
        return self._text[begin : self._at]

    def _skip_space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _error(self) -> RequirementError:
        return RequirementError(f"not an RPM dependency: {self._text[:200]!r}", why=f"at character {self._at + 1}")
