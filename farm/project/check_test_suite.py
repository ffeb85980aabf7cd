"""Checks test suites (azldev: `testsuite.go`); the farm does not run them."""

import re
from collections.abc import Iterator

from farm.project.diagnosis import Fault
from farm.project.keys import Keys
from farm.project.schema_images import LisaEntry, PytestEntry, TestSuiteEntry

_INSTALL_MODES = ("", "none", "pyproject", "requirements")
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")


def check_test_suite(suite: TestSuiteEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a test suite."""
    if suite.type not in ("pytest", "lisa"):
        yield Fault(keys=keys, message=f"unknown test suite type {suite.type!r}; known are pytest, lisa")
        return
    if suite.type == "pytest":
        messages = _pytest(suite.pytest) if suite.pytest else iter(("a suite of type `pytest` needs [pytest]",))
        foreign = suite.lisa is not None
    else:
        messages = _lisa(suite.lisa) if suite.lisa else iter(())
        foreign = suite.pytest is not None
    if foreign:
        yield Fault(keys=keys, message=f"a suite of type `{suite.type}` must not have the other type's table")
    for message in messages:
        yield Fault(keys=keys, message=message)


def _pytest(entry: PytestEntry) -> Iterator[str]:
    if entry.install not in _INSTALL_MODES:
        yield f"unknown install mode {entry.install!r}"
    elif entry.install not in ("", "none") and not entry.working_dir:
        yield f"install mode `{entry.install}` needs `working-dir`"


def _lisa(entry: LisaEntry) -> Iterator[str]:
    if not entry.framework.git_url:
        yield "`framework` needs `git-url`"
    if not _COMMIT.fullmatch(entry.framework.ref):
        yield "`framework.ref` must be a full commit id of 40 hexadecimal digits"
    if not entry.test_cases:
        yield "needs `test-cases`"
