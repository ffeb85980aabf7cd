import errno
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import pytest

from farm.cli.commands import COMMANDS, CommandRef
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.main import run
from farm.errors import NotReproducibleError

Body = Callable[[FarmContext], None]


@dataclass
class Probe:
    """A command `probe` and a group `many` with a command `one`, which do what a test says."""

    body: Body = lambda _: None
    seen: FarmContext | None = None
    own: int = 0

    def __call__(self, farm: FarmContext, number: int = 0) -> None:
        self.seen, self.own = farm, number
        self.body(farm)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Probe:
    made = Probe()
    module = ModuleType("probe_commands")
    command = click.Command("probe", callback=pass_farm(made), params=[click.Option(["-n", "--number"], type=int)])
    module.probe = command  # type: ignore[attr-defined] # a module made for this test
    module.many = click.Group("many", commands=[click.Command("one", callback=pass_farm(made))])  # type: ignore[attr-defined] # as above
    monkeypatch.setitem(sys.modules, "probe_commands", module)
    monkeypatch.setitem(COMMANDS, "probe", CommandRef("probe_commands:probe", "Do what a test says."))
    monkeypatch.setitem(COMMANDS, "many", CommandRef("probe_commands:many", "Have commands."))
    monkeypatch.setitem(COMMANDS, "broken", CommandRef("probe_commands:missing", "Is not there."))
    monkeypatch.setenv("FARM_STATE", "/state/of/environment")
    return made


def failing(exc: BaseException) -> Body:
    def fail(_farm: FarmContext) -> None:
        raise exc

    return fail


def ended(probe: Probe, exc: BaseException, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    probe.body = failing(exc)
    status = run([*options, "probe"])
    captured = capsys.readouterr()
    assert captured.out == ""
    return status, captured.err


def test_defaults(probe: Probe) -> None:
    assert run(["probe"]) == 0
    farm = probe.seen
    assert farm is not None
    assert (farm.output_format, farm.verbosity, farm.dry_run, farm.assume_yes, farm.color) == (
        OutputFormat.TABLE,
        0,
        False,
        False,
        False,
    )
    assert str(farm.state.root) == "/state/of/environment"


GIVEN = [
    "-C",
    "/p",
    "--state",
    "/s",
    "-vv",
    "-y",
    "--dry-run",
    "-O",
    "json",
    "--color",
    "always",
    "--config-file",
    "/c",
]


@pytest.mark.parametrize("arguments", [[*GIVEN, "many", "one"], ["many", *GIVEN, "one"], ["many", "one", *GIVEN]])
def test_global_options_stand_anywhere(probe: Probe, arguments: list[str]) -> None:
    assert run(arguments) == 0
    farm = probe.seen
    assert farm is not None
    assert (str(farm.project_dir), str(farm.state.root), [str(path) for path in farm.config_files]) == (
        "/p",
        "/s",
        ["/c"],
    )
    assert (farm.verbosity, farm.assume_yes, farm.dry_run, farm.output_format) == (2, True, True, OutputFormat.JSON)
    assert farm.color
    assert farm.color_stderr


def test_options_before_and_after_add_up(probe: Probe) -> None:
    run(["-v", "--config-file", "a", "many", "-v", "one", "--config-file", "b", "-Ocsv"])
    farm = probe.seen
    assert farm is not None
    assert (farm.verbosity, [path.name for path in farm.config_files]) == (2, ["a", "b"])
    assert farm.output_format is OutputFormat.CSV


def test_an_option_of_the_command_wins_over_a_global_one(probe: Probe) -> None:
    run(["probe", "-n", "3"])
    assert (probe.own, probe.seen and probe.seen.dry_run) == (3, False)


def test_no_color_is_honoured(probe: Probe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    for value, color in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", value)
        run(["probe"])
        assert probe.seen is not None
        assert probe.seen.color is color


def test_an_error_has_three_parts_and_a_code(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    error = NotReproducibleError("curl differs", why="first\nsecond", hint="look at it")
    assert ended(probe, error, capsys) == (
        5,
        "error[FARM005]: curl differs\n  why: first\n       second\n  hint: look at it\n",
    )


def test_parts_that_are_empty_are_left_out(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(probe, NotReproducibleError("curl differs"), capsys) == (5, "error[FARM005]: curl differs\n")


def test_errors_are_coloured_where_asked(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    error = NotReproducibleError("bad \x1b[2J name", hint="x")
    _, text = ended(probe, error, capsys, "--color", "always")
    assert text.startswith("\x1b[31m")
    assert "bad \\x1b[2J name" in text


@pytest.mark.parametrize("exc", [KeyboardInterrupt(), click.Abort()])
def test_interrupted(probe: Probe, capsys: pytest.CaptureFixture[str], exc: BaseException) -> None:
    status, text = ended(probe, exc, capsys)
    assert status == 130
    assert "interrupted" in text


def test_an_unexpected_exception_is_short(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = ended(probe, KeyError("surprise"), capsys)
    assert status == 1
    assert "FARM000" in text
    assert "surprise" in text
    assert "Traceback" not in text
    assert "test_main.py" in text


def test_a_traceback_is_shown_to_who_asks(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    _, text = ended(probe, KeyError("surprise"), capsys, "-v", "-v")
    assert "Traceback" in text
    assert "FARM000" in text


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "space"),
        (errno.EACCES, "denied"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "error"),
        (errno.ENOTDIR, "directory"),
    ],
)
def test_what_the_host_refuses_is_readable(
    probe: Probe, capsys: pytest.CaptureFixture[str], number: int, says: str
) -> None:
    status, text = ended(probe, OSError(number, __import__("os").strerror(number), "/some/file"), capsys)
    assert status == 8
    assert "CLI004" in text
    assert says in text
    assert "/some/file" in text
    assert "hint:" in text


def test_out_of_memory(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(probe, MemoryError(), capsys)[0] == 8


@pytest.mark.parametrize(("code", "status"), [(4, 4), (None, 0), ("text", 1)])
def test_a_command_may_choose_its_status(probe: Probe, code: object, status: int) -> None:
    probe.body = failing(SystemExit(code))
    assert run(["probe"]) == status
    probe.body = lambda _: click.get_current_context().exit(status)
    assert run(["probe"]) == status


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nope"], "No such command 'nope'"),
        (["biuld"], "Did you mean 'build'?"),
        (["--nope"], "No such option"),
        (["-O", "yaml", "probe"], "'yaml' is not one of"),
        (["probe", "surplus"], "unexpected extra argument"),
        (["probe", "-n", "x"], "not a valid integer"),
    ],
)
def test_usage_errors(probe: Probe, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error[FARM002]: ")
    assert says in captured.err
    assert "  hint: try `farm" in captured.err
    assert probe.seen is None


def test_no_command_shows_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_a_command_that_is_not_installed(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    del probe
    assert run(["broken"]) == 1
    assert "error[CLI001]: the command 'broken' is not installed" in capsys.readouterr().err


def test_a_fault_inside_a_command_module_is_not_taken_for_a_missing_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def import_module(_name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'inner'", name="inner")

    monkeypatch.setattr("farm.cli.lazy_group.importlib.import_module", import_module)
    assert run(["plan"]) == 1
    assert "No module named 'inner'" in capsys.readouterr().err


def test_help_lists_the_commands_but_not_the_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    assert all((f"  {name} " in text) is not ref.hidden for name, ref in COMMANDS.items())
    assert all(ref.summary.endswith(".") for ref in COMMANDS.values())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("farm 0.")


def test_a_password_in_a_url_is_not_shown(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    error = NotReproducibleError("https://me:word@host differs", why="see https://me:word@host")
    assert "word" not in ended(probe, error, capsys)[1]


def test_a_directory_that_was_removed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert run(["gc"]) == 2
    assert "CLI005" in capsys.readouterr().err
