"""rpm's built-in macros that need neither shell nor Lua."""

import posixpath
import re
from collections.abc import Mapping

from farm.requires.known_programs import known_output
from farm.requires.macro_context import Builtin, MacroContext

_RELEASE = re.compile(
    r"\s*release_number = (?P<number>\d+);\s*base_release_number = tonumber\(rpm\.expand\([^)]*\)\);"
    r"\s*print\(release_number \+ base_release_number - 1\);\s*"
)
"""What rpmautospec writes at the top of a spec; the only variable in it is a number."""

_INTEGER = re.compile(r"-?[0-9]{1,9}")
_SUB_WORDS = 2
_ENVIRONMENT = {"HOME": "/builddir"}


def _with(macros: MacroContext, argument: str) -> str:
    return "1" if macros.is_defined(f"with_{macros.expand(argument).strip()}") else "0"


def _without(macros: MacroContext, argument: str) -> str:
    return "0" if macros.is_defined(f"with_{macros.expand(argument).strip()}") else "1"


def _bcond(macros: MacroContext, argument: str) -> str:
    name, _, default = macros.expand(argument).strip().partition(" ")
    value = default.strip()
    on = value not in ("", "0") if not value.startswith("%") else False
    return _condition(macros, name, on=on)


def _bcond_with(macros: MacroContext, argument: str) -> str:
    return _condition(macros, macros.expand(argument).strip(), on=False)


def _bcond_without(macros: MacroContext, argument: str) -> str:
    return _condition(macros, macros.expand(argument).strip(), on=True)


def _condition(macros: MacroContext, name: str, *, on: bool) -> str:
    words = name.split()
    if not words:
        return ""
    name = words[0]
    given = not macros.is_defined(f"_without_{name}") if on else macros.is_defined(f"_with_{name}")
    if given:
        macros.define(f"with_{name}", "1")
    return ""


def _defined(macros: MacroContext, argument: str) -> str:
    return "1" if macros.is_defined(macros.expand(argument).strip()) else "0"


def _undefined(macros: MacroContext, argument: str) -> str:
    return "0" if macros.is_defined(macros.expand(argument).strip()) else "1"


def _undefine(macros: MacroContext, argument: str) -> str:
    macros.undefine(argument.strip())
    return ""


def _expand(macros: MacroContext, argument: str) -> str:
    return macros.expand(macros.expand(argument))


def _quote(macros: MacroContext, argument: str) -> str:
    return f"\x1f{macros.expand(argument)}\x1f"


def _shrink(macros: MacroContext, argument: str) -> str:
    return " ".join(macros.expand(argument).split())


def _basename(macros: MacroContext, argument: str) -> str:
    return macros.expand(argument).rpartition("/")[2]


def _dirname(macros: MacroContext, argument: str) -> str:
    return posixpath.dirname(macros.expand(argument))


def _suffix(macros: MacroContext, argument: str) -> str:
    return macros.expand(argument).rpartition(".")[2]


def _url_to_path(macros: MacroContext, argument: str) -> str:
    url = macros.expand(argument)
    scheme, mark, rest = url.partition("://")
    return "/" + rest.partition("/")[2] if mark and scheme.isalpha() else url


def _length(macros: MacroContext, argument: str) -> str:
    return str(len(macros.expand(argument)))


def _lower(macros: MacroContext, argument: str) -> str:
    return macros.expand(argument).lower()


def _upper(macros: MacroContext, argument: str) -> str:
    return macros.expand(argument).upper()


def _reverse(macros: MacroContext, argument: str) -> str:
    return macros.expand(argument)[::-1]


def _sub(macros: MacroContext, argument: str) -> str:
    """Take a piece of a word: as Lua's `string.sub`, positions begin with 1 and count from the end where negative."""
    words = macros.expand(argument).split()
    numbers = [int(word) for word in words[1:3] if _INTEGER.fullmatch(word)]
    if len(words) < _SUB_WORDS or len(numbers) != len(words) - 1:
        return ""
    text = words[0]
    first, last = numbers[0], numbers[1] if len(numbers) > 1 else -1
    first = max(first if first >= 0 else len(text) + first + 1, 1)
    return text[first - 1 : max(last if last >= 0 else len(text) + last + 1, 0)]


def _expression(macros: MacroContext, argument: str) -> str:
    return macros.expand(f"%[{argument}]")


def _nothing(macros: MacroContext, argument: str) -> str:
    macros.expand(argument)
    return ""


def _comment(_macros: MacroContext, _argument: str) -> str:
    return ""


def _lua(macros: MacroContext, argument: str) -> str:
    release = _RELEASE.fullmatch(argument)
    if release is None:
        macros.guesses.add("lua")
        return ""
    base = macros.expand("%{?-b*}%{!?-b:1}")
    return str(int(release["number"][:18]) + (int(base[:18]) if base.isascii() and base.isdecimal() else 1) - 1)


def _shell(macros: MacroContext, argument: str) -> str:
    output = known_output(macros.expand(argument))
    if output is None:
        macros.guesses.add("shell")
        return ""
    return output


def _body(macros: MacroContext, argument: str) -> str:
    macro = macros.macro(argument.strip())
    return macro.body if macro else ""


def _environment(_macros: MacroContext, argument: str) -> str:
    return _ENVIRONMENT.get(argument.strip(), "")


def _configuration_directory(_macros: MacroContext, _argument: str) -> str:
    return "/usr/lib/rpm"


def _processors(_macros: MacroContext, _argument: str) -> str:
    return "2"


def _source(macros: MacroContext, argument: str) -> str:
    return macros.expand(f"%{{?SOURCE{argument.strip()}}}")


def _patch(macros: MacroContext, argument: str) -> str:
    return macros.expand(f"%{{?PATCH{argument.strip()}}}")


def _no_file(macros: MacroContext, _argument: str) -> str:
    macros.guesses.add("file")
    return "0"


BUILTINS: Mapping[str, Builtin] = {
    "(shell)": _shell,
    "lua": _lua,
    "with": _with,
    "without": _without,
    "bcond": _bcond,
    "bcond_with": _bcond_with,
    "bcond_without": _bcond_without,
    "defined": _defined,
    "undefined": _undefined,
    "undefine": _undefine,
    "expand": _expand,
    "expr": _expression,
    "quote": _quote,
    "shrink": _shrink,
    "basename": _basename,
    "dirname": _dirname,
    "suffix": _suffix,
    "url2path": _url_to_path,
    "u2p": _url_to_path,
    "len": _length,
    "sub": _sub,
    "lower": _lower,
    "upper": _upper,
    "reverse": _reverse,
    "echo": _nothing,
    "warn": _nothing,
    "error": _nothing,
    "trace": _comment,
    "dump": _comment,
    "verbose": _comment,
    "dnl": _comment,
    "macrobody": _body,
    "getenv": _environment,
    "getconfdir": _configuration_directory,
    "getncpus": _processors,
    "S": _source,
    "P": _patch,
    "exists": _no_file,
}
