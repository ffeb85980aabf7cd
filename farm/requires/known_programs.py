"""Shell text whose output is known without running anything.

Versions are cut to pieces by a few idioms, and what they give reaches tags: `%(echo 1.2.3 | cut -d. -f1-2)`,
`%(c=0123abcd; echo ${c:0:7})`. `echo` of plain words, variables, and `cut`, `tr` and `sed`'s `s` behind it are known;
all else is not.
"""

import re
import shlex
from collections.abc import Callable, Mapping

import re2

_ASSIGNMENT = re.compile(r"\s*([A-Za-z_]\w*)=('[^']*'|\"[^\"$`\\]*\"|[^\s;'\"$`\\|&<>()]*)\s*(?:;|\n|&&)")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<cut>:(?P<from>\d+)(?::(?P<length>\d+))?)"
    r"|(?P<trim>##|#|%%|%)(?P<pattern>[^{}]*)|//?(?P<old>[^{}/]+)/(?P<new>[^{}]*))?\})"
)
_UNKNOWN = re.compile(r"[`$<>&;(){}*?\\\n]")
_LENGTH = 10_000
_RANGE = re.compile(r"(\d{1,4})?(-)?(\d{1,4})?")
_SED = re.compile(r"s(?P<mark>[/|,#:!@])(?P<old>.*?)(?P=mark)(?P<new>.*?)(?P=mark)(?P<flags>g?)", re.DOTALL)


class _UnknownError(Exception):
    """What is asked is not among what is known."""


def known_output(command: str) -> str | None:
    """Return what a shell would print for a command, without the last line break; None where that is not known."""
    if len(command) > _LENGTH:
        return None
    try:
        return _run(command)
    except (_UnknownError, ValueError, re2.error):
        return None


def _run(command: str) -> str:
    variables: dict[str, str] = {}
    position = 0
    while assignment := _ASSIGNMENT.match(command, position):
        variables[assignment[1]] = assignment[2].strip("'\"")
        position = assignment.end()
    first, *filters = _pipeline(command[position:].strip().rstrip(";").rstrip(), variables)
    if not first or first[0] != "echo":
        raise _UnknownError
    words = first[1:]
    if words[:1] and words[0] in ("-n", "-e", "-E"):
        words = words[1:]
    output = " ".join(words)
    for words in filters:
        program = _FILTERS.get(words[0].removeprefix("/usr/bin/").removeprefix("/bin/"))
        if program is None:
            raise _UnknownError
        output = program(output, words[1:])
    return output.rstrip("\n")


def _pipeline(command: str, variables: Mapping[str, str]) -> list[list[str]]:
    """Return the words of each program of a pipeline."""
    words = shlex.shlex(command, posix=True, punctuation_chars="|;&<>()")
    words.whitespace_split = True
    words.commenters = ""
    programs: list[list[str]] = [[]]
    for word in words:
        if word == "|":
            programs.append([])
        elif word and set(word) <= set("|;&<>()"):
            raise _UnknownError
        else:
            programs[-1].append(word)
    if not all(programs):
        raise _UnknownError
    programs[0] = [_substituted(word, variables) for word in programs[0]]
    return programs


def _substituted(word: str, variables: Mapping[str, str]) -> str:
    rest = _VARIABLE.sub("", word)
    if _UNKNOWN.search(rest):
        raise _UnknownError
    return _VARIABLE.sub(lambda match: _variable(match, variables), word)


def _variable(match: re.Match[str], variables: Mapping[str, str]) -> str:
    value = variables.get(match["plain"] or match["name"])
    if value is None:
        raise _UnknownError
    if match["cut"]:
        start = int(match["from"])
        return value[start : start + int(match["length"]) if match["length"] else None]
    if match["trim"]:
        return _trimmed(value, match["trim"], match["pattern"])
    if match["old"] is not None:
        if _UNKNOWN.search(match["old"]) or "[" in match["old"]:
            raise _UnknownError
        return value.replace(match["old"], match["new"], -1 if "//" in match[0] else 1)
    return value


def _trimmed(value: str, mark: str, pattern: str) -> str:
    """Cut a literal with one `*` beside it off an end: `${v%.*}`, `${v##*.}`."""
    literal = pattern.replace("*", "", 1)
    if not literal or _UNKNOWN.search(literal) or "[" in literal:
        raise _UnknownError
    from_end, longest = mark[0] == "%", len(mark) > 1
    if "*" not in pattern:
        return value.removesuffix(literal) if from_end else value.removeprefix(literal)
    if not (pattern.endswith("*") if from_end else pattern.startswith("*")):
        raise _UnknownError
    if from_end:
        at = value.find(literal) if longest else value.rfind(literal)
        return value if at < 0 else value[:at]
    at = value.rfind(literal) if longest else value.find(literal)
    return value if at < 0 else value[at + len(literal) :]


def _cut(text: str, words: list[str]) -> str:
    delimiter, fields, characters = "\t", "", ""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        option, value = word[:2], word[2:] or (rest.pop(0) if rest else "")
        if option == "-d":
            delimiter = value
        elif option == "-f":
            fields = value
        elif option in ("-c", "-b"):
            characters = value
        else:
            raise _UnknownError
    if characters:
        return "\n".join("".join(_chosen(list(line), characters)) for line in text.split("\n"))
    return "\n".join(
        delimiter.join(_chosen(line.split(delimiter), fields)) if delimiter in line else line
        for line in text.split("\n")
    )


def _chosen(pieces: list[str], choice: str) -> list[str]:
    chosen: list[str] = []
    for part in choice.split(","):
        match = _RANGE.fullmatch(part)
        if match is None or not (match[1] or match[3]):
            raise _UnknownError
        first = int(match[1] or 1)
        last = int(match[3]) if match[3] else len(pieces) if match[2] else first
        chosen += pieces[first - 1 : last]
    return chosen


def _translate(text: str, words: list[str]) -> str:
    if len(words) != 2 or any("[" in word or "\\" in word or "-" in word[1:-1] for word in words):  # noqa: PLR2004
        raise _UnknownError
    if words[0] == "-d":
        return text.translate({ord(letter): None for letter in words[1]})
    if words[0][0] == "-" and len(words[0]) > 1:
        raise _UnknownError
    old, new = words
    new += new[-1:] * (len(old) - len(new))
    return text.translate(str.maketrans(old, new[: len(old)]))


def _edit(text: str, words: list[str]) -> str:
    extended = False
    scripts: list[str] = []
    for word in words:
        if word in ("-E", "-r"):
            extended = True
        elif word != "-e":
            scripts.append(word)
    for script in scripts:
        for command in script.split(";"):
            match = _SED.fullmatch(command.strip())
            if match is None:
                raise _UnknownError
            old = match["old"] if extended else _extended(match["old"])
            new = re.sub(r"\\([0-9])|&|\\(.)", _reference, match["new"])
            text = re2.sub(old, new, text, 0 if match["flags"] else 1)
    return text


def _reference(match: re.Match[str]) -> str:
    if match[1]:
        return rf"\{match[1]}"
    return r"\0" if match[0] == "&" else match[2].replace("\\", r"\\")


def _extended(basic: str) -> str:
    """Return a basic regular expression as an extended one: a backslash is what makes an operator."""
    return re.sub(r"\\[(){}+?|]|[(){}+?|]", lambda match: match[0][1:] if len(match[0]) > 1 else "\\" + match[0], basic)


_FILTERS: Mapping[str, Callable[[str, list[str]], str]] = {"cut": _cut, "tr": _translate, "sed": _edit}
