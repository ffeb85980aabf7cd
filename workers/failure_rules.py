"""What the lines of a build log that say why a build failed look like: one row per sort of line.

Patterns are anchored or literal and have no nested repetition: a log is hostile input.
"""

import re
from dataclasses import dataclass

NEAR_END = 60
"""Lines before the end of the failing phase within which a line that is often harmless is taken as its cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One sort of telling line.

    Attributes:
        category: of the cause it names.
        pattern: searched in a line of at most `failure.LINE_CHARACTERS` characters.
        context: how many lines after it belong to it.
        most: how many such lines are worth showing.
        last: whether the last ones tell more than the first ones.
        near_end: whether it counts only near the end of the failing phase, because such lines are often harmless.
    """

    category: str
    pattern: re.Pattern[str]
    context: int = 0
    most: int = 3
    last: bool = False
    near_end: bool = False


def _rule(
    category: str, pattern: str, *, context: int = 0, most: int = 3, last: bool = False, near: bool = False
) -> Rule:
    return Rule(category=category, pattern=re.compile(pattern), context=context, most=most, last=last, near_end=near)


_NO_RESULT = r"^(?!\s*(?:ok|not ok|PASS|FAIL|XFAIL|SKIP|PASSED|FAILED|test)\b)"
"""Begins a pattern: the name of a test that is about an error is no error."""

SURROUNDINGS = (
    _rule("disk-full", rf"{_NO_RESULT}.*(?:No space left on device|Disk quota exceeded)", last=True, near=True),
    _rule(
        "out-of-memory",
        rf"{_NO_RESULT}.*(?:virtual memory exhausted|Cannot allocate memory|std::bad_alloc|"
        r"Killed signal terminated program|\bOut of memory\b)|^MemoryError\b|^Killed$|: Killed\s",
        last=True,
        near=True,
    ),
    _rule(
        "process-limit",
        rf"{_NO_RESULT}.*(?:[Ff]ork(?:\(\))?: (?:retry: )?Resource temporarily unavailable|[Cc]annot fork|"
        r"can't start new thread|pthread_create.{0,40}Resource temporarily unavailable)",
        last=True,
        near=True,
    ),
)
"""A limit of the sandbox was hit: it explains whatever else the log says.

`EAGAIN` alone is no such limit: every non-blocking descriptor gives it, too.
"""

_NETWORK = _rule(
    "network",
    r"[Cc]ould ?n.t resolve host|Could not resolve |Temporary failure in name resolution|Name or service not known|"
    r"Network is unreachable|unable to resolve host|getaddrinfo (?:EAI_AGAIN|ENOTFOUND)|"
    r"Failed to establish a new connection|[Cc]ould ?n.t connect to server|No address associated with hostname",
    last=True,
    near=True,
)
_READ_ONLY = _rule(
    "read-only",
    r"Read-only file system|"
    r"(?:^|[\s'\"`(\u2018])/(?!builddir/|tmp/|var/tmp/|proc/|dev/)[^\s'\":\u2019]{1,200}['\u2019]?: Permission denied|"
    r"PermissionError: \[Errno 13\] Permission denied: '/(?!builddir/|tmp/)",
    last=True,
    near=True,
)

_COMPILER = (
    _rule(
        "missing-header",
        r":\d+: fatal error: ['\"]?[^\s:'\"]+['\"]?(?: file not found|: No such file or directory)",
        context=2,
    ),
    _rule("compiler", r"^[^\s:][^:]{0,300}:\d+(?::\d+)?: (?:fatal |internal compiler )?error: ", context=2),
    _rule(
        "compiler",
        r"^(?:cc1\w*|clang|gcc|g\+\+|cc|rustc|error\[E\d+\]): (?:fatal )?error: |^error\[E\d+\]: ",
        context=3,
    ),
    _rule("compiler", r"^[^\s:][^:]{0,300}:\d+: Error: "),
    _rule(
        "linker",
        r": undefined reference to |: cannot find -l|: cannot find \S+: No such file|: multiple definition of |"
        r"^ld\.lld: error: |^mold: (?:error|fatal): ",
    ),
    _rule("linker", r"^collect2: error: "),
)
_TESTS = (
    _rule("test", r"^FAILED \S+::|^ERROR \S+::", most=6),
    _rule(
        "test",
        r"^\s+\d+ - .{1,200} \((?:Failed|Timeout|SEGFAULT|Not Run|Subprocess aborted|ILLEGAL|NUMERICAL|OTHER_FAULT)\)",
        most=6,
    ),
    _rule("test", r"^\s*\d+/\d+ .{1,200}\s(?:FAIL|TIMEOUT|ERROR|UNEXPECTEDPASS)\b", most=6),
    _rule("test", r"^(?:FAIL|XPASS): \S|^ERROR: \w+ \(", most=6),
    _rule("test", r"^\s*--- FAIL: |^test .{1,200} \.\.\. FAILED$|^not ok \d+", most=6),
    _rule(
        "test",
        r"^\s{0,4}\S.{0,200}\(Failed\)|\bFAILED \((?:failures|errors)=|^Result: FAIL$|^E\s{2,}\w+(?:Error|Exception)\b",
        most=4,
    ),
    _rule("test", r": Assertion .{1,300} failed\.|^Assertion failed: ", most=3),
)
_ERROR_RESULT = _rule("test", r"^ERROR: \S", most=6)
"""automake's word for a test that could not run; anywhere but in %check it is any program's word."""
_RPM = (
    _rule("unpackaged-files", r"^error: Installed \(but unpackaged\) file\(s\) found:", context=6, most=1),
    _rule("missing-file", r"^error: (?:File|Directory) not found(?: by glob)?: ", most=6),
    _rule("missing-file", r"^error: (?:Bad file|Bad source): .{1,400}: No such file or directory", most=6),
    _rule("unmet-requires", r"^error: Failed build dependencies:", context=6, most=1),
    _rule("patch", r"^Hunk #\d+ FAILED|^\d+ out of \d+ hunks? FAILED|^error: patch failed: |^patch: \*\*\*\* "),
)
_SET_UP = (
    _rule(
        "configure", r"^configure: error: |^CMake Error(?: at |:)|^\S*meson\.build:\d+:\d+: ERROR: ", context=3, most=2
    ),
    _rule(
        "configure",
        r"^No package '[^']{1,200}' found|^Package .{1,200} was not found in the pkg-config search path",
        most=4,
    ),
)
_COMMAND = _rule(
    "missing-command",
    r": command not found$|^\S{1,200}: (?:line )?\d+: \S{1,200}: not found$|"
    r"^env: .{1,100}: No such file or directory|"
    r"^make(?:\[\d+\])?: \S+: No such file or directory|: bad interpreter: ",
    last=True,
    near=True,
)
_PLAIN = (
    _rule(
        "make",
        r"^g?make(?:\[\d+\])?: \*\*\* .{0,300}(?:No rule to make target|Error \d+|Stop\.)|"
        r"^FAILED: |^ninja: error: ",
    ),
)

_LAST_RESORT = _rule("tool", r"^ERROR: \S", last=True, near=True)

BUILD_ORDER = (*_RPM[:4], _NETWORK, _READ_ONLY, *_COMPILER, _RPM[4], *_SET_UP, _COMMAND, *_TESTS, _LAST_RESORT, *_PLAIN)
"""Rules by how well they explain a failure anywhere but in %check; the first that matches names the category."""

CHECK_ORDER = (*_TESTS, _ERROR_RESULT, *_COMPILER, _NETWORK, _READ_ONLY, *_SET_UP, _COMMAND, *_RPM, *_PLAIN)
"""The same for %check, where a test that fails is the cause, and what it printed is the evidence."""

RPM_ERROR = _rule("rpm", r"^error: (?!Bad exit status)", context=1, most=4, last=True)
"""What rpm itself says, where nothing else explains it."""

SECONDARY = frozenset({"make", "network", "read-only", "missing-command"})
"""Categories whose lines are shown after those of another category."""

EXPLAINED_BY_LATER = {"network": _COMPILER, "read-only": _COMPILER}
"""Categories whose lines are often harmless: what these rules find behind them explains the failure better."""
