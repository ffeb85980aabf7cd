"""What a built-in macro is given of the macros around it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from farm.requires.macro_table import Macro


class MacroContext(Protocol):
    """The macros of a spec while it is read.

    Attributes:
        guesses: what was passed over because it cannot be known; what does so adds a word.
    """

    guesses: set[str]

    def expand(self, text: str) -> str:
        """Return the text with its macros expanded."""
        ...

    def macro(self, name: str) -> Macro | None:
        """Return a macro as it is defined now."""
        ...

    def define(self, name: str, body: str, options: str | None = None) -> None:
        """Define a macro, for the whole spec."""
        ...

    def undefine(self, name: str) -> None:
        """Make a macro unknown."""
        ...

    def is_defined(self, name: str) -> bool:
        """Tell whether `%{?name}` holds."""
        ...

    def spend(self, characters: int) -> None:
        """Take from the budget of the spec."""
        ...


@dataclass(slots=True)
class Frame:
    """What a call of a parametric macro sees: its arguments and options, and macros that end with it."""

    values: dict[str, str]
    local: dict[str, Macro | None] = field(default_factory=dict)


Builtin = Callable[[MacroContext, str], str]
"""Takes the argument, unexpanded, and gives the expansion."""

Native = Callable[[MacroContext, Frame], str]
"""Stands for a macro that is written in Lua."""
