"""Tests of `scheduler.cli.reporting`."""

import io
import sys
from pathlib import Path

import pytest
from builders.cli import farm_context

from farm.cli.context import OutputFormat
from scheduler.cli.reporting import open_reporter
from scheduler.live_report import LiveReporter
from scheduler.report import LineReporter, SilentReporter


class Terminal(io.StringIO):
    """Text that looks like a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def test_lines_where_no_terminal_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with open_reporter(farm_context(tmp_path), 1) as reporter:
        assert isinstance(reporter, LineReporter)


def test_a_live_table_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with open_reporter(farm_context(tmp_path), 1) as reporter:
        assert isinstance(reporter, LiveReporter)


def test_lines_on_a_terminal_for_a_program_that_reads_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with open_reporter(farm_context(tmp_path, output_format=OutputFormat.JSON), 1) as reporter:
        assert isinstance(reporter, LineReporter)


def test_nothing_where_quiet_is_asked_for(tmp_path: Path) -> None:
    with open_reporter(farm_context(tmp_path, verbosity=-1), 1) as reporter:
        assert isinstance(reporter, SilentReporter)
