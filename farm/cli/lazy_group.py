"""A click group that imports a command only when it is called."""

import difflib
import importlib
from collections.abc import Mapping

import click
from click.shell_completion import CompletionItem

from farm.cli.commands import CommandRef
from farm.cli.global_options import add_global_options
from farm.errors import FarmError


class CommandMissingError(FarmError):
    """A command of the table is not installed."""

    code = "CLI001"


class LazyGroup(click.Group):
    """Shows commands by the table's own words, and imports the one that is called."""

    def __init__(self, *, table: Mapping[str, CommandRef], name: str, help: str, params: list[click.Parameter]) -> None:  # noqa: A002 - click's own name
        super().__init__(name=name, help=help, params=params, no_args_is_help=True)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the shown commands in the table's order."""
        del ctx
        return [name for name, ref in self._table.items() if not ref.hidden]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command.

        Raises:
            CommandMissingError: its module is not installed, or has no such command.
        """
        del ctx
        ref = self._table.get(cmd_name)
        return None if ref is None else load(cmd_name, ref)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called; name one that is spelled alike where there is none."""
        alike = [] if args[0] in self._table else difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
        if alike:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {alike[0]!r}?")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, or an option, without importing any command."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=self._table[name].summary) for name in names), *options]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        rows = [(name, self._table[name].summary) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def load(name: str, ref: CommandRef) -> click.Command:
    """Import a command and let it, and all below it, take the global options.

    Raises:
        CommandMissingError: its module is not installed, or has no such command.
    """
    module_name, _, attribute = ref.target.partition(":")
    try:
        command = getattr(importlib.import_module(module_name), attribute, None)
    except ModuleNotFoundError as exc:
        if exc.name is None or not f"{module_name}.".startswith(f"{exc.name}."):
            raise
        command = None
    if not isinstance(command, click.Command):
        raise CommandMissingError(
            f"the command {name!r} is not installed", why=f"{ref.target} is missing", hint="install the whole farm"
        )
    _extend(command)
    return command


def _extend(command: click.Command) -> None:
    add_global_options(command)
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _extend(each)
