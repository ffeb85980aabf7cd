"""What every command is given: where things are, and how to talk to the person."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import click

from farm.errors import UsageError
from farm.state_directory import prepare_state_directory

if TYPE_CHECKING:
    from pathlib import Path

    from farm.ledger.ledger import Ledger
    from farm.paths import CachePaths, StatePaths
    from farm.project.model import Project
    from farm.store.artifact_store import ArtifactStore


class OutputFormat(StrEnum):
    """How results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


class ConfirmationError(UsageError):
    """A command needs a yes, and nobody gave it."""

    code = "CLI002"


@dataclass(frozen=True, kw_only=True)
class FarmContext:
    """The global options of one invocation.

    Attributes:
        project_dir: where the search for the project's file begins.
        config_files: further configuration files, in order.
        permissive: whether unknown keys and dangling references of the project are warned of and not refused.
        verbosity: -1 is quiet, 0 normal, 1 says what it does, 2 shows tracebacks and debug messages.
        color: whether standard output may be coloured; `color_stderr` whether standard error may.
    """

    project_dir: Path
    config_files: tuple[Path, ...]
    state: StatePaths
    cache: CachePaths
    output_format: OutputFormat
    dry_run: bool
    assume_yes: bool
    verbosity: int
    color: bool
    color_stderr: bool
    permissive: bool = False

    def store(self) -> ArtifactStore:
        """Open the artifact store of the state directory, making it where there is none.

        Raises:
            StateDirectoryError: the state directory cannot be made or written.
            StoreError: the file system cannot hold a store.
        """
        return self._store

    def ledger(self) -> Ledger:
        """Open the ledger: the one that `--ledger` names, or that of the state directory; make it where there is none.

        Raises:
            StateDirectoryError: the state directory cannot be made or written.
            LedgerError: the file is no ledger, is corrupt, or comes from a newer farm.
        """
        return self._ledger

    def project(self) -> Project:
        """Load the project, or take it from the cache where nothing of it changed.

        Raises:
            ProjectError: there is none, or it is invalid.
        """
        if self.permissive:  # never from the cache: what is tolerated is warned of each time
            from farm.project.loader import load_project  # noqa: PLC0415 - only where it is needed

            return load_project(self.project_dir, config_files=self.config_files, permissive=True)
        from farm.project.project_cache import ProjectCache  # noqa: PLC0415 - other commands start faster without it

        return ProjectCache(self.cache.projects).load(self.project_dir, config_files=self.config_files)

    def confirm(self, question: str) -> None:
        """Ask for a yes on the terminal; `-y` is one.

        Raises:
            ConfirmationError: the answer is no, or there is no terminal to ask on.
        """
        if self.assume_yes:
            return
        if not sys.stdin.isatty():
            raise ConfirmationError(question, why="there is no terminal to ask on", hint="give -y to agree")
        if not click.confirm(question, err=True):
            raise ConfirmationError("nothing was done", why="the question was answered with no")

    @cached_property
    def _store(self) -> ArtifactStore:
        from farm.store.directory_store import DirectoryStore  # noqa: PLC0415 - only where it is needed

        prepare_state_directory(self.state.root)
        return DirectoryStore(self.state.store)

    @cached_property
    def _ledger(self) -> Ledger:
        from farm.ledger.ledger import Ledger  # noqa: PLC0415 - SQLAlchemy takes a quarter of a second

        prepare_state_directory(self.state.root)
        return Ledger.open(self.state.ledger_address)


pass_farm = click.make_pass_decorator(FarmContext)
"""Gives a click command the `FarmContext` as its first argument."""
