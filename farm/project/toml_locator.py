"""Finds the line on which a TOML document says something; used only when an error has to name it."""

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from farm.project.errors import TomlError
from farm.project.keys import Keys
from farm.project.toml_file import read_text

_TOKEN = re.compile(
    r'(?P<multi>"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5})'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<mark>\[\[|\]\]|[\[\]{}=,.])"
    r"|(?P<word>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)
_SCALARS = ("word", "string", "multi")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def line_of(path: Path, keys: Keys) -> int:
    """Return the 1-based line of a key in a file, of the nearest table around it, or 0 where the file is unreadable."""
    try:
        status = path.stat()
        lines = _file_lines(path, status.st_mtime_ns, status.st_size)
    except (TomlError, OSError):
        return 0
    for length in range(len(keys), 0, -1):
        found = lines.get(keys[:length])
        if found is not None:
            return found
    return 1


@lru_cache(maxsize=4)
def _file_lines(path: Path, _written: int, _size: int) -> dict[Keys, int]:
    """Return the lines of a file as it is now: thousands of components may stand in one."""
    return key_lines(read_text(path))


@lru_cache(maxsize=4)
def key_lines(text: str) -> dict[Keys, int]:
    """Return the line of every key and array element of a valid TOML document. Callers share it."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks over the tokens of a document, keeping the way to where it is."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Keys, int] = {}
        self._tokens = _tokens(text)
        self._at = 0
        self._elements: Counter[Keys] = Counter()

    def scan(self) -> dict[Keys, int]:
        table: Keys = ()
        while (token := self._peek()) is not None:
            kind, text, line = token
            if kind == "newline":
                self._at += 1
            elif text in ("[", "[["):
                table = self._header(line, array=text == "[[")
            else:
                self._pair(table)
        return self._lines

    def _peek(self) -> tuple[str, str, int] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> tuple[str, str, int]:
        token = self._peek() or ("newline", "\n", 0)
        self._at += 1
        return token

    def _header(self, line: int, *, array: bool) -> Keys:
        self._at += 1
        table: Keys = ()
        names = self._key()
        for name in names[:-1]:
            table = self._latest((*table, name))
        table = (*table, *names[-1:])
        self._note(table, line)
        self._at += 1
        if not array:
            return table
        element = (*table, self._elements[table])
        self._elements[table] += 1
        self._note(element, line)
        return element

    def _latest(self, table: Keys) -> Keys:
        """Go on in the last element, where a name is that of an array of tables."""
        count = self._elements[table]
        return (*table, count - 1) if count else table

    def _key(self) -> Keys:
        names: list[str] = []
        while (token := self._peek()) is not None and (token[0] in ("word", "string") or token[1] == "."):
            if token[1] != ".":
                names.append(_name(token))
            self._at += 1
        return tuple(names)

    def _pair(self, table: Keys) -> None:
        line = self._tokens[self._at][2]
        names = self._key()
        if not names:
            self._at += 1
            return
        for length in range(1, len(names) + 1):
            self._note((*table, *names[:length]), line)
        self._at += 1
        self._value((*table, *names))

    def _value(self, keys: Keys) -> None:
        _, text, _ = self._peek() or ("newline", "\n", 0)
        if text in ("[", "[["):
            self._array(keys)
        elif text == "{":
            self._inline_table(keys)
        else:
            while (token := self._peek()) is not None and (token[0] in _SCALARS or token[1] == "."):
                self._at += 1

    def _array(self, keys: Keys) -> None:
        self._split("[[", "[", "[")
        self._at += 1
        position = 0
        while (token := self._peek()) is not None:
            self._split("]]", "]", "]")
            kind, text, line = self._tokens[self._at]
            if text == "]":
                self._at += 1
                return
            if kind == "newline" or text == ",":
                self._at += 1
                continue
            self._note((*keys, position), token[2] or line)
            before = self._at
            self._value((*keys, position))
            position += 1
            self._at += self._at == before

    def _split(self, double: str, first: str, second: str) -> None:
        kind, text, line = self._tokens[self._at]
        if text == double:
            self._tokens[self._at : self._at + 1] = [(kind, first, line), (kind, second, line)]

    def _inline_table(self, keys: Keys) -> None:
        self._at += 1
        while (token := self._peek()) is not None:
            if token[1] == "}":
                self._at += 1
                return
            if token[0] == "newline" or token[1] == ",":
                self._at += 1
            else:
                self._pair(keys)

    def _note(self, keys: Keys, line: int) -> None:
        self._lines.setdefault(keys, line)


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens = []
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            tokens.append((kind, match.group(), line))
        line += match.group().count("\n")
    return tokens


def _name(token: tuple[str, str, int]) -> str:
    kind, text, _ = token
    if kind == "word":
        return text
    inner = text[1:-1]
    return _ESCAPE.sub(_unescape, inner) if text[0] == '"' else inner


def _unescape(match: re.Match[str]) -> str:
    short, long, char = match.groups()
    if char is not None:
        return _ESCAPED.get(char, char)
    return chr(int(short or long, 16))
