"""A context for commands under test."""

from pathlib import Path

from farm.cli.context import FarmContext, OutputFormat
from farm.paths import CachePaths, StatePaths


def farm_context(
    root: Path = Path("/nonexistent"),
    *,
    output_format: OutputFormat = OutputFormat.TABLE,
    assume_yes: bool = False,
    verbosity: int = 0,
    color: bool = False,
) -> FarmContext:
    return FarmContext(
        project_dir=root / "project",
        config_files=(),
        state=StatePaths(root=root / "state"),
        cache=CachePaths(root=root / "cache"),
        output_format=output_format,
        dry_run=False,
        assume_yes=assume_yes,
        verbosity=verbosity,
        color=color,
        color_stderr=color,
    )
