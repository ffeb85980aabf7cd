"""Expands macros as rpm does, but executes nothing: no shell, no Lua, no file that is not beside the spec.

What it cannot know it passes over as empty, and says so (`Expander.guesses`). Work is bounded, whatever macros do to
each other: by depth as in rpm, and by a budget of characters looked at and made.
"""

from collections.abc import Mapping

from farm.requires.macro_arguments import call_frame, split_words
from farm.requires.macro_context import Builtin, Frame, Native
from farm.requires.macro_expression import ExpressionError, evaluate
from farm.requires.macro_table import Macro
from farm.requires.macro_text import Kind, MacroSyntaxError, Part, definition, parts

MAX_DEPTH = 64
"""rpm's own limit (`max_macro_depth`)."""

BUDGET = 24_000_000
"""Characters; the hungriest spec of Azure Linux takes a tenth."""

_CALL_COST = 40


class ExpansionLimitError(ValueError):
    """Macros that expand without end, or to more than anybody needs."""


class Expander:
    """Holds the macros of one spec.

    Args:
        table: the macro set, shared and never changed.
        builtins: by name; they cannot be redefined.
        natives: by name; used where the macro of that name runs Lua or a shell.
    """

    def __init__(
        self,
        table: Mapping[str, Macro],
        *,
        builtins: Mapping[str, Builtin],
        natives: Mapping[str, Native],
        budget: int = BUDGET,
    ) -> None:
        self._table = table
        self._own: dict[str, Macro | None] = {}
        self._builtins = builtins
        self._natives = natives
        self._frames: list[Frame] = []
        self._depth = 0
        self._left = budget
        self.guesses: set[str] = set()

    def define(self, name: str, body: str, options: str | None = None) -> None:
        """Define a macro, for the whole spec."""
        self._own[name] = Macro(body, options)

    def undefine(self, name: str) -> None:
        """Make a macro unknown."""
        self._own[name] = None

    def macro(self, name: str) -> Macro | None:
        """Return a macro as it is defined now."""
        return self._own[name] if name in self._own else self._table.get(name)

    def is_own(self, name: str) -> bool:
        """Tell whether the spec has defined a macro itself."""
        return name in self._own

    def is_defined(self, name: str) -> bool:
        """Tell whether `%{?name}` holds."""
        return self._value(name) is not None or self.macro(name) is not None or name in self._builtins

    def spend(self, characters: int) -> None:
        """Take from the budget.

        Raises:
            ExpansionLimitError: it is used up.
        """
        self._left -= characters
        if self._left < 0:
            message = "macros expand to too much: they repeat each other without end"
            raise ExpansionLimitError(message)

    def expand(self, text: str) -> str:
        """Return the text with its macros expanded.

        Raises:
            MacroSyntaxError: a bracket is not closed.
            ExpansionLimitError: depth or budget is used up.
        """
        if "%" not in text:
            return text
        if self._depth >= MAX_DEPTH:
            message = "macros call each other too deeply: one calls itself"
            raise ExpansionLimitError(message)
        self._depth += 1
        try:
            self.spend(len(text))
            expanded = self._expand_parts(text)
        finally:
            self._depth -= 1
        self.spend(len(expanded))
        return expanded

    def _expand_parts(self, text: str) -> str:
        pieces: list[str] = []
        for part in parts(text):
            if isinstance(part, str):
                pieces.append(part)
                continue
            if part.kind is Kind.PLAIN and not part.tested and self._takes_line(part, text):
                end = text.find("\n", part.end)
                end = len(text) if end < 0 else end
                pieces.append(self._call_with(part.name, text[part.end : end]))
                pieces.append(self.expand(text[end:]))
                break
            pieces.append(self._part(part, text))
        return "".join(pieces)

    def _takes_line(self, part: Part, text: str) -> bool:
        """Tell whether a call without braces takes the rest of its line as arguments."""
        if part.name in self._builtins:
            return True
        if text[part.end : part.end + 1] not in (" ", "\t"):
            return False
        macro = self.macro(part.name)
        return macro is not None and macro.options is not None

    def _part(self, part: Part, text: str) -> str:
        self.spend(_CALL_COST)
        if part.kind is Kind.DEFINE:
            return self._define(part)
        if part.kind is Kind.SHELL:
            return self._builtins["(shell)"](self, part.argument or "")
        if part.kind is Kind.EXPRESSION:
            return self._expression(part.argument or "")
        if part.tested:
            return self._test(part)
        return self._call(part, text)

    def _test(self, part: Part) -> str:
        if self.is_defined(part.name) is part.negated:
            return ""
        if part.argument is not None and part.colon:
            return self.expand(part.argument)
        return "" if part.negated else self._call_with(part.name, part.argument)

    def _call(self, part: Part, text: str) -> str:
        name, argument = part.name, part.argument
        if name in ("global", "define") and argument is not None:
            found = definition(argument, name, 0, 0)
            return "" if found is None else self._define(found)
        if name[:1] == "-":
            present = self._value(name) is not None
            if present is part.negated:
                return ""
            return self.expand(argument) if argument is not None and part.colon else self._value(name) or ""
        if not self.is_defined(name):
            # rpm leaves the percent sign of what it does not know, and goes on behind it.
            return "%" + self.expand(text[part.start + 1 : part.end])
        return self._call_with(name, argument, colon=part.colon)

    def _call_with(self, name: str, argument: str | None, *, colon: bool = False) -> str:
        builtin = self._builtins.get(name)
        if builtin is not None:
            return builtin(self, argument or "")
        value = self._value(name)
        if value is not None:
            return value
        macro = self.macro(name)
        if macro is None:
            return ""
        native = self._natives.get(name) if "%{lua:" in macro.body or "%(" in macro.body else None
        if macro.options is None:
            return native(self, Frame({})) if native else self.expand(macro.body)
        expanded = self.expand(argument or "")
        words = ([expanded] if expanded else []) if colon else split_words(expanded)
        frame = Frame(call_frame(name, macro.options, words, self.guesses))
        self._frames.append(frame)
        try:
            return native(self, frame) if native else self.expand(macro.body)
        finally:
            self._frames.pop()
            for local, before in frame.local.items():
                self._own[local] = before

    def _value(self, name: str) -> str | None:
        """Return what a call's frame says: an argument, an option."""
        return self._frames[-1].values.get(name) if self._frames else None

    def _define(self, part: Part) -> str:
        body = part.argument or ""
        if part.word == "global":
            body = self.expand(body)
        elif self._frames and part.name not in self._frames[-1].local:
            self._frames[-1].local[part.name] = self.macro(part.name)
        self._own[part.name] = Macro(body, part.options)
        return ""

    def _expression(self, text: str) -> str:
        try:
            return str(evaluate(text, self.expand))
        except ExpressionError as exc:
            if not self.guesses:
                raise MacroSyntaxError(str(exc)) from exc
            self.guesses.add("expression")  # what is missing in it may only be unknown to this reader
            return ""
