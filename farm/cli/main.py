"""The command `farm`: global options, the lazy commands, and the one place where an error meets a person."""

import os
import sys
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from farm.cli.commands import COMMANDS
from farm.cli.context import FarmContext, pass_farm
from farm.cli.error_report import report
from farm.cli.global_options import global_options, initial_context
from farm.cli.lazy_group import LazyGroup
from farm.cli.standard_streams import prepare_standard_streams
from farm.cli.utf8_words import require_utf8
from farm.environment import variable
from farm.garbage import collect_rarely
from farm.running_programs import stop_all_when_interrupted

_HELP = (
    """Rebuild an overlay distribution: every binary built at least twice, bit-for-bit the same, or not published."""
)

_EPILOG = """Exit status: 0 ok, 1 error, 2 usage, 3 project or overlay invalid, 4 build failed, 5 not reproducible,
6 unresolvable, 7 authentication or signing, 8 infrastructure (a retry may help), 130 interrupted."""


def farm_command() -> LazyGroup:
    """Return the root command."""
    group = LazyGroup(table=COMMANDS, name="farm", help=_HELP, params=[*global_options()])
    group.epilog = _EPILOG
    group.context_settings = {"help_option_names": ["-h", "--help"]}
    group.callback = pass_farm(_begin)
    return click.version_option(package_name="rpm-rebuild-farm", message="%(prog)s %(version)s")(group)


def main() -> None:
    """Run the command line of this process and exit with its status."""
    os.umask(0o022)  # roots, layers and repositories are for other users to read; what is secret has a mode of its own
    collect_rarely()
    prepare_standard_streams()
    stop_all_when_interrupted()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; errors were written to standard error by then.

    A command ends with a status of its own through `ctx.exit(status)` or by raising a FarmError.
    """
    root = farm_command()
    instruction = variable("_FARM_COMPLETE")
    if instruction:
        return shell_complete(root, {}, "farm", "_FARM_COMPLETE", instruction)
    farm = None
    try:
        farm = initial_context()
        require_utf8([*arguments, str(farm.project_dir), str(farm.state.root), str(farm.cache.root)])
        with root.make_context("farm", list(arguments), obj=farm) as ctx:
            try:
                root.invoke(ctx)
            finally:
                farm = ctx.obj
            sys.stdout.flush()
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except BaseException as exc:  # noqa: BLE001 - the one place where every error becomes words and a status
        return report(exc, farm)
    return 0


def _begin(farm: FarmContext) -> None:
    """Set up what commands need, but not what only shows help."""
    from farm.log import configure  # noqa: PLC0415 - takes longer than all else that help needs

    configure(farm.verbosity, service=False, color=farm.color_stderr)
