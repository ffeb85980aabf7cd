"""Causes, found in logs as the tools write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.build import FailureCause
from workers.failure import LINE_CHARACTERS, MOST_LINES, SCAN_BYTES, find_cause, limit_cause
from workers.failure_rules import BUILD_ORDER, CHECK_ORDER, SURROUNDINGS


def log(phase: str, *lines: str) -> str:
    """Return a log in which a phase failed after writing lines."""
    return "\n".join(
        (
            "Executing(%prep): /bin/sh -e /tmp/rpm-tmp.aaaaaa",
            "+ exit 0",
            f"Executing({phase}): /bin/sh -e /tmp/rpm-tmp.bbbbbb",
            *lines,
            f"error: Bad exit status from /tmp/rpm-tmp.bbbbbb ({phase})",
            "",
            "RPM build errors:",
            f"    Bad exit status from /tmp/rpm-tmp.bbbbbb ({phase})",
        )
    )


CASES = {
    "gcc": (
        "%build",
        (
            "gcc -O2 -c -o main.o main.c",
            "main.c: In function 'main':",
            "main.c:3:12: error: 'nothing' undeclared (first use in this function)",
            "    3 |     return nothing;",
            "      |            ^~~~~~~",
            "make: *** [Makefile:3: main.o] Error 1",
        ),
        "compiler",
        "main.c:3:12: error: 'nothing' undeclared",
    ),
    "clang": (
        "%build",
        ("src/a.cpp:10:5: error: use of undeclared identifier 'x'",),
        "compiler",
        "undeclared identifier",
    ),
    "first of many": (
        "%build",
        ("a.c:1:1: error: first", "b.c:2:2: error: second", "make[1]: *** [Makefile:9: a.o] Error 1"),
        "compiler",
        "a.c:1:1: error: first",
    ),
    "assembler": ("%build", ("x.s:12: Error: no such instruction: `frobnicate'",), "compiler", "no such instruction"),
    "header": (
        "%build",
        ("x.c:1:10: fatal error: zlib.h: No such file or directory", "    1 | #include <zlib.h>"),
        "missing-header",
        "zlib.h",
    ),
    "linker": (
        "%build",
        ("/usr/bin/ld: main.o: in function `main':", "main.c:(.text+0x5): undefined reference to `deflate'"),
        "linker",
        "undefined reference to `deflate'",
    ),
    "library": ("%build", ("/usr/bin/ld: cannot find -lz: No such file or directory",), "linker", "-lz"),
    "pytest": (
        "%check",
        (
            "tests/test_sum.py F                                     [100%]",
            "E       assert 3 == 4",
            "=========================== short test summary info ============",
            "FAILED tests/test_sum.py::test_sum - assert 3 == 4",
            "========================= 1 failed in 0.01s ====================",
        ),
        "test",
        "FAILED tests/test_sum.py::test_sum",
    ),
    "ctest": (
        "%check",
        ("The following tests FAILED:", "\t  3 - parse (Failed)", "Errors while running CTest"),
        "test",
        "3 - parse (Failed)",
    ),
    "automake": (
        "%check",
        ("PASS: one", "FAIL: two", "# TOTAL: 2", "make: *** [Makefile:800: check] Error 1"),
        "test",
        "FAIL: two",
    ),
    "meson": (
        "%check",
        (" 1/12 suite / one      OK       0.01s", " 2/12 suite / two      FAIL     0.10s   exit status 1"),
        "test",
        "suite / two",
    ),
    "tap": ("%check", ("ok 1 - works", "not ok 2 - does not"), "test", "not ok 2"),
    "go": ("%check", ("--- FAIL: TestSum (0.00s)",), "test", "TestSum"),
    "rust": ("%check", ("test sum::works ... FAILED",), "test", "sum::works"),
    "assertion": ("%check", ("t: t.c:9: main: Assertion `a == b' failed.", "Aborted"), "test", "a == b"),
    "command": ("%build", ("/tmp/rpm-tmp.x: line 40: cmake: command not found",), "missing-command", "cmake"),
    "command, dash": ("%build", ("/tmp/rpm-tmp.x: 36: cmake: not found",), "missing-command", "cmake"),
    "configure": (
        "%build",
        ("checking for zlib... no", "configure: error: zlib is required"),
        "configure",
        "zlib is required",
    ),
    "cmake": (
        "%build",
        ("CMake Error at CMakeLists.txt:3 (find_package):", "  Could not find ZLIB"),
        "configure",
        "CMakeLists.txt:3",
    ),
    "meson set-up": ("%build", ('../meson.build:4:0: ERROR: Dependency "zlib" not found',), "configure", "zlib"),
    "pkg-config": ("%build", ("No package 'zlib' found",), "configure", "zlib"),
    "python": (
        "%build",
        (
            "Traceback (most recent call last):",
            '  File "setup.py", line 1, in <module>',
            "    import nowhere",
            "ModuleNotFoundError: No module named 'nowhere'",
        ),
        "python",
        "No module named 'nowhere'",
    ),
    "network": ("%build", ("curl: (6) Could not resolve host: example.org",), "network", "example.org"),
    "network, unreachable": ("%build", ("bash: connect: Network is unreachable",), "network", "unreachable"),
    "read-only": ("%install", ("touch: cannot touch '/usr/bin/x': Read-only file system",), "read-only", "/usr/bin/x"),
    "outside": ("%install", ("mkdir: cannot create directory '/opt/x': Permission denied",), "read-only", "/opt/x"),
    "disk": (
        "%build",
        ("main.c:1:1: error: something", "cc1: fatal error: write: No space left on device"),
        "disk-full",
        "No space",
    ),
    "memory": (
        "%build",
        ("cc1plus: out of memory allocating 65536 bytes", "virtual memory exhausted: Cannot allocate memory"),
        "out-of-memory",
        "exhausted",
    ),
    "killed": ("%build", ("gcc: fatal error: Killed signal terminated program cc1plus",), "out-of-memory", "Killed"),
    "fork": (
        "%build",
        ("sh: fork: retry: Resource temporarily unavailable", "sh: Cannot fork"),
        "process-limit",
        "fork: retry",
    ),
    "patch": (
        "%prep",
        ("patching file a.c", "Hunk #1 FAILED at 3.", "1 out of 1 hunk FAILED"),
        "patch",
        "Hunk #1 FAILED",
    ),
    "make": ("%build", ("make: *** No rule to make target 'install'.  Stop.",), "make", "No rule to make target"),
}


NO_SURROUNDINGS = {
    "test about a full disk": (
        "%check",
        ("ok 1 - write", "not ok 2 - handles No space left on device"),
        "test",
        "not ok 2",
    ),
    "test about memory": ("%check", ("FAIL: strerror: Cannot allocate memory",), "test", "FAIL: strerror"),
    "test that lists errors": (
        "%check",
        ("PASS: Out of memory is told", "FAIL: other"),
        "test",
        "FAIL: other",
    ),
    "socket without data": (
        "%check",
        (
            "Traceback (most recent call last):",
            '  File "t.py", line 1, in <module>',
            "BlockingIOError: [Errno 11] Resource temporarily unavailable",
        ),
        "python",
        "BlockingIOError",
    ),
    "host name that is not found": (
        "%build",
        ("hostname: Name or service not known", "main.c:1:1: error: unknown type", "make: *** [Makefile:1: x] Error 1"),
        "compiler",
        "main.c:1:1",
    ),
    "place that cannot be written": (
        "%build",
        ("touch: /usr/share/x: Read-only file system", "main.c:1:1: error: unknown type"),
        "compiler",
        "main.c:1:1",
    ),
    "compiler tried before": (
        "%build",
        ("conftest.c:1:1: error: no", "curl: (6) Could not resolve host: example.org"),
        "network",
        "example.org",
    ),
    "error of a tool": ("%build", ("ERROR: Could not find a version that satisfies x",), "tool", "satisfies x"),
    "test that could not run": ("%check", ("PASS: one", "ERROR: two"), "test", "ERROR: two"),
    "unittest without %check": ("%build", ("ERROR: test_x (tests.TestX)",), "test", "test_x"),
}
CASES |= NO_SURROUNDINGS


def test_every_category_has_a_case() -> None:
    rules = (*SURROUNDINGS, *BUILD_ORDER, *CHECK_ORDER)
    by_rpm = {"missing-file", "unpackaged-files", "unmet-requires"}
    assert {rule.category for rule in rules} - by_rpm == {category for _, _, category, _ in CASES.values()} - {"python"}


@pytest.mark.parametrize("case", sorted(CASES))
def test_cause_of_a_log(case: str) -> None:
    phase, lines, category, words = CASES[case]
    text = log(phase, *lines)
    cause = find_cause(text)
    assert cause.category == category
    assert words in cause.summary
    assert cause.summary.startswith(f"{phase}: ")
    assert any(words in line for line in cause.lines)
    assert text.splitlines()[cause.first_line - 1].strip() == cause.lines[0].strip()


@pytest.mark.parametrize(
    ("lines", "category", "words"),
    [
        (("error: File not found: /builddir/build/BUILD/x/BUILDROOT/usr/bin/x",), "missing-file", "/usr/bin/x"),
        (
            ("error: Installed (but unpackaged) file(s) found:", "   /usr/bin/extra"),
            "unpackaged-files",
            "unpackaged",
        ),
        (("error: Empty %files file /builddir/build/BUILD/x/debugsourcefiles.list",), "rpm", "Empty %files"),
        (("error: Failed build dependencies:", "\tzlib-devel is needed by x-1-1.x86_64"), "unmet-requires", "Failed"),
    ],
)
def test_what_rpm_says_itself(lines: tuple[str, ...], category: str, words: str) -> None:
    text = "\n".join(("Processing files: x-1-1.x86_64", *lines, "", "RPM build errors:", f"    {lines[0][7:]}"))
    cause = find_cause(text)
    assert cause.category == category
    assert words in cause.summary
    if len(lines) > 1:
        assert lines[1].rstrip() in cause.lines


def test_test_that_fails_without_network_shows_both() -> None:
    text = log(
        "%check",
        "E   socket.gaierror: [Errno -3] Temporary failure in name resolution",
        "FAILED tests/test_get.py::test_get - socket.gaierror",
        "E   socket.gaierror: [Errno -3] Temporary failure in name resolution",
    )
    cause = find_cause(text)
    assert cause.category == "test"
    assert any("name resolution" in line for line in cause.lines)


def test_lines_that_are_often_harmless_count_only_near_the_end() -> None:
    noise = [f"checking for thing {number}... yes" for number in range(200)]
    text = log("%build", "sh: xmlto: command not found", *noise, "make: *** [Makefile:1: all] Error 2")
    assert find_cause(text).category == "make"


def test_phase_before_the_failing_one_is_not_the_cause() -> None:
    text = "\n".join(("Executing(%build): x", "conftest.c:1:1: error: no", log("%install", "cp: cannot stat 'x'")))
    cause = find_cause(text)
    assert cause.category == "unknown"
    assert "cp: cannot stat 'x'" in cause.lines


def test_line_numbers_are_those_of_the_whole_log() -> None:
    filler = "x" * 99 + "\n"
    text = filler * (2 * SCAN_BYTES // 100) + log("%build", "a.c:1:1: error: here")
    cause = find_cause(text.encode())
    assert text.splitlines()[cause.first_line - 1] == "a.c:1:1: error: here"


def test_empty_log_has_no_line() -> None:
    cause = find_cause(b"")
    assert (cause.category, cause.lines, cause.first_line) == ("unknown", (), 0)


def test_control_characters_do_not_reach_a_terminal() -> None:
    cause = find_cause(log("%build", "a.c:1:1: error: \x1b[31mred\x1b[0m\x07"))
    assert cause.lines[0] == "a.c:1:1: error: red"


def test_limit_shows_what_was_running() -> None:
    cause = limit_cause("timeout", "still running", b"Executing(%check): x\n+ ./forever\n")
    assert cause.summary == "%check: still running"
    assert cause.lines[-1] == "+ ./forever"


_PIECES = st.sampled_from(
    [
        "Executing(%build): x",
        "error: Bad exit status from x (%check)",
        "Traceback (most recent call last):",
        "a.c:1:1: error: x",
        "error: ",
        "FAIL: ",
        "\x00\x1b[1m",
        "é" * 1000,
        ": " * 5000,
        "make: *** ",
        "",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=60)), max_size=30).map("\n".join))
def test_any_log_gives_a_small_cause(text: str) -> None:
    _is_small(find_cause(text))
    _is_small(limit_cause("timeout", "x", text.encode(errors="replace")))


@given(st.binary(max_size=400))
def test_any_bytes_give_a_small_cause(data: bytes) -> None:
    _is_small(find_cause(data))


def _is_small(cause: FailureCause) -> None:
    assert cause.summary
    assert len(cause.summary) <= LINE_CHARACTERS + 40
    assert len(cause.lines) <= MOST_LINES
    assert all(len(line) <= LINE_CHARACTERS and "\n" not in line for line in cause.lines)
    assert (cause.first_line > 0) == bool(cause.lines)
