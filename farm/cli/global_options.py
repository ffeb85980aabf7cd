"""The options that every command takes, before or after the command's name."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from farm.cli.context import FarmContext, OutputFormat
from farm.cli.named_path import NamedPath
from farm.environment import cache_directory, state_directory, variable
from farm.errors import UsageError
from farm.paths import LEDGER_VARIABLE, CachePaths, StatePaths


class NoCurrentDirectoryError(UsageError):
    """The directory that the command was called in is gone."""

    code = "CLI005"


Change = Callable[[FarmContext, object], FarmContext]


def initial_context() -> FarmContext:
    """Return what holds where no option says otherwise."""
    return FarmContext(
        project_dir=_current_directory(),
        config_files=(),
        state=StatePaths(root=state_directory(None), ledger_url=variable(LEDGER_VARIABLE)),
        cache=CachePaths(root=cache_directory()),
        output_format=OutputFormat.TABLE,
        dry_run=False,
        assume_yes=False,
        verbosity=0,
        color=_wants_color("auto", terminal=sys.stdout.isatty()),
        color_stderr=_wants_color("auto", terminal=sys.stderr.isatty()),
    )


def _current_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as exc:
        raise NoCurrentDirectoryError("the current directory was removed", hint="change to another one (cd)") from exc


def add_global_options(command: click.Command) -> None:
    """Let a command take the global options too, but for those whose names it uses itself."""
    taken = {name for parameter in command.params for name in parameter.opts}
    free = [option for option in global_options() if not taken & set(option.opts)]
    command.params = [*command.params, *(_hidden(option) for option in free)]


def global_options() -> list[click.Option]:
    """Return fresh global options; each changes the `FarmContext` when it is given."""
    directory = NamedPath(file_okay=False)
    return [
        _option(["-C", "--project"], _set_project, "Project directory.", type=directory, metavar="DIR"),
        _option(
            ["--config-file"],
            _add_config_files,
            "Further configuration file; may be repeated.",
            type=NamedPath(dir_okay=False),
            multiple=True,
            metavar="FILE",
        ),
        _option(
            ["--permissive-config"],
            _be_permissive,
            "Warn of unknown keys and dangling references of the project, and go on.",
            is_flag=True,
        ),
        _option(["--state"], _set_state, "State directory [env: FARM_STATE].", type=directory, metavar="DIR"),
        _option(
            ["--ledger"],
            _set_ledger,
            "Ledger, in place of a file in the state directory [env: FARM_LEDGER]; passwords belong into ~/.pgpass.",
            metavar="URL",
        ),
        _option(["-q", "--quiet"], _be_quiet, "Only results and errors.", is_flag=True),
        _option(["-v", "--verbose"], _add_verbosity, "Say more; -vv shows debug messages.", count=True),
        _option(["-y", "--accept-all"], _assume_yes, "Answer every question with yes.", is_flag=True),
        _option(["-n", "--dry-run"], _dry_run, "Show what would be done, and change nothing.", is_flag=True),
        _option(
            ["-O", "--output-format"],
            _set_format,
            "How results are written.",
            type=click.Choice([each.value for each in OutputFormat]),
        ),
        _option(["--color"], _set_color, "Colours [env: NO_COLOR].", type=click.Choice(["auto", "always", "never"])),
    ]


def _option(names: list[str], change: Change, text: str, **attributes: object) -> click.Option:
    def apply(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
        if ctx.get_parameter_source(parameter.name or "") is not ParameterSource.COMMANDLINE:
            return
        root = ctx.find_root()
        root.obj = ctx.obj = change(root.ensure_object(FarmContext), value)

    return click.Option(names, help=text, expose_value=False, callback=apply, **attributes)  # type: ignore[arg-type] # passed on


def _hidden(option: click.Option) -> click.Option:
    option.hidden = True
    return option


def _set_project(farm: FarmContext, value: object) -> FarmContext:
    return replace(farm, project_dir=Path(str(value)).absolute())


def _add_config_files(farm: FarmContext, value: object) -> FarmContext:
    files = value if isinstance(value, tuple) else ()
    return replace(farm, config_files=(*farm.config_files, *(Path(each).absolute() for each in files)))


def _be_permissive(farm: FarmContext, _value: object) -> FarmContext:
    return replace(farm, permissive=True)


def _set_state(farm: FarmContext, value: object) -> FarmContext:
    return replace(farm, state=replace(farm.state, root=state_directory(Path(str(value)))))


def _set_ledger(farm: FarmContext, value: object) -> FarmContext:
    return replace(farm, state=replace(farm.state, ledger_url=str(value)))


def _be_quiet(farm: FarmContext, _value: object) -> FarmContext:
    return _with_verbosity(farm, -1)


def _add_verbosity(farm: FarmContext, value: object) -> FarmContext:
    return _with_verbosity(farm, max(farm.verbosity, 0) + int(str(value)))


def _with_verbosity(farm: FarmContext, verbosity: int) -> FarmContext:
    from farm.log import configure  # noqa: PLC0415 - takes longer than all else that help needs

    configure(verbosity, service=False, color=farm.color_stderr)
    return replace(farm, verbosity=verbosity)


def _assume_yes(farm: FarmContext, _value: object) -> FarmContext:
    return replace(farm, assume_yes=True)


def _dry_run(farm: FarmContext, _value: object) -> FarmContext:
    return replace(farm, dry_run=True)


def _set_format(farm: FarmContext, value: object) -> FarmContext:
    return replace(farm, output_format=OutputFormat(str(value)))


def _set_color(farm: FarmContext, value: object) -> FarmContext:
    return replace(
        farm,
        color=_wants_color(str(value), terminal=sys.stdout.isatty()),
        color_stderr=_wants_color(str(value), terminal=sys.stderr.isatty()),
    )


def _wants_color(choice: str, *, terminal: bool) -> bool:
    """Tell whether a stream may be coloured (https://no-color.org: any non-empty NO_COLOR says no)."""
    if choice != "auto":
        return choice == "always"
    return terminal and not variable("NO_COLOR") and variable("TERM") != "dumb"
