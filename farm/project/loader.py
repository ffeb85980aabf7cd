"""Loads a project: files, includes, merge, inheritance, checks."""

from collections.abc import Sequence
from pathlib import Path

from farm.project.model import Project


def load_project(start: Path, *, config_files: Sequence[Path] = (), permissive: bool = False) -> Project:
    """Load the project around a directory.

    Args:
        start: directory in or below the project; azldev.toml is looked for upwards.
        config_files: further files, loaded last; later ones win.
        permissive: ignore unknown keys, and warn of what validation says instead of failing.

    Raises:
        ProjectError: there is no project, or something in it is wrong; the reason names file and line.
    """
    raise NotImplementedError(start, config_files, permissive)
