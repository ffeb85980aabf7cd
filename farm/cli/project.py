"""`farm project`: check the project, report on it, and describe its files."""

from farm.cli.commands import PROJECT_COMMANDS
from farm.cli.lazy_group import LazyGroup

project = LazyGroup(
    table=PROJECT_COMMANDS,
    name="project",
    help="Check the project, report where it departs from upstream, and describe its files.",
    params=[],
)
