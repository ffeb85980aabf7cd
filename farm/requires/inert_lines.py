"""Which lines of a script need not be expanded, because nothing in them can define a macro or begin a section.

Most lines of a spec are scripts and file lists, most macros in them are paths and compiler calls: what they expand to
reaches no tag. A macro of the set is *active* where its body can, itself or through another one.
"""

import re
from collections.abc import Mapping
from typing import Protocol

from farm.requires.macro_table import Macro

_NAME = re.compile(r"%[{?!]*([A-Za-z_]\w*)")
_ACTIVE = re.compile(
    r"%[{?!]*(?:global|define|undefine|load|bcond\w*)\b|%\{(?:expand|lua):|%(?:package|description|files|if\w*|el\w*|endif|include"
    r"|prep|build|install|check|pre|post|trigger|changelog|generate_buildrequires)\b"
)
_TEXT = frozenset(("changelog",))
_PREAMBLES = frozenset(("", "package", "sourcelist", "patchlist"))


class Macros(Protocol):
    """What is asked of the macros of a spec."""

    def is_own(self, name: str) -> bool:
        """Tell whether the spec has defined a macro itself."""
        ...


class InertLines:
    """Knows the active macros of one set."""

    def __init__(self, table: Mapping[str, Macro]) -> None:
        self._active = _active(table)

    def is_inert(self, text: str, section: str, macros: Macros) -> bool:
        """Tell whether a line, with those joined to it, may stay as it is in a section."""
        if section in _PREAMBLES:
            return False
        if section in _TEXT and not text.lstrip().startswith("%"):
            return True
        if _ACTIVE.search(text):
            return False
        return not any(name in self._active or macros.is_own(name) for name in _NAME.findall(text))


def _active(table: Mapping[str, Macro]) -> frozenset[str]:
    """Return the macros whose bodies are active, and those that call them, however far away."""
    callers: dict[str, list[str]] = {}
    for name, macro in table.items():
        for called in set(_NAME.findall(macro.body)):
            callers.setdefault(called, []).append(name)
    found = {name for name, macro in table.items() if _ACTIVE.search(macro.body)}
    queue = list(found)
    while queue:
        for caller in callers.get(queue.pop(), ()):
            if caller not in found:
                found.add(caller)
                queue.append(caller)
    return frozenset(found)
