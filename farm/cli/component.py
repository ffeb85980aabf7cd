"""`farm component`: list, query, render and compare components."""

from farm.cli.commands import COMPONENT_COMMANDS
from farm.cli.lazy_group import LazyGroup

component = LazyGroup(
    table=COMPONENT_COMMANDS, name="component", help="List, query, render and compare components.", params=[]
)
