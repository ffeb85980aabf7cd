import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders.builds import nevra
from builders.cli import farm_context

from farm.cli.context import OutputFormat
from farm.cli.output import Column, cell, complain, emit_rows, emit_text, emit_value, encode_json, note
from farm.nevra import Nevra


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    name: str
    size: int
    tags: tuple[str, ...] = ()
    nevra: Nevra | None = None


ROWS = [Package(name="zlib", size=5, tags=("a", "b")), Package(name="a|b", size=12345, nevra=nevra())]
COLUMNS = [
    Column[Package]("name", lambda row: row.name),
    Column[Package]("size", lambda row: row.size, right=True),
    Column[Package]("tags", lambda row: row.tags),
]


def emitted(capsys: pytest.CaptureFixture[str], output_format: OutputFormat, rows: list[Package]) -> str:
    emit_rows(farm_context(output_format=output_format), rows, COLUMNS)
    return capsys.readouterr().out


def test_table_is_plain_and_dense(capsys: pytest.CaptureFixture[str]) -> None:
    assert emitted(capsys, OutputFormat.TABLE, ROWS) == "NAME   SIZE  TAGS\nzlib      5  a b\na|b   12345\n"


def test_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert emitted(capsys, OutputFormat.CSV, ROWS) == "name,size,tags\nzlib,5,a b\na|b,12345,\n"


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert emitted(capsys, OutputFormat.MARKDOWN, ROWS) == (
        "| name | size | tags |\n| --- | --: | --- |\n| zlib | 5 | a b |\n| a\\|b | 12345 |  |\n"
    )


def test_json_has_all_fields_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    text = emitted(capsys, OutputFormat.JSON, ROWS)
    rows = json.loads(text)
    assert rows[0] == {"name": "zlib", "nevra": None, "size": 5, "tags": ["a", "b"]}
    assert list(rows[1]) == sorted(rows[1])
    assert text == json.dumps(rows, indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize(
    ("output_format", "text"),
    [
        (OutputFormat.TABLE, "NAME  SIZE  TAGS\n"),
        (OutputFormat.CSV, "name,size,tags\n"),
        (OutputFormat.JSON, "[]\n"),
    ],
)
def test_no_rows(capsys: pytest.CaptureFixture[str], output_format: OutputFormat, text: str) -> None:
    assert emitted(capsys, output_format, []) == text


def test_a_row_is_one_line_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    text = emitted(capsys, OutputFormat.TABLE, [Package(name="x" * 500, size=1)])
    assert text.splitlines()[1].split() == ["x" * 500, "1"]


@pytest.mark.parametrize("output_format", [OutputFormat.TABLE, OutputFormat.MARKDOWN])
def test_escape_sequences_do_not_reach_a_terminal(
    capsys: pytest.CaptureFixture[str], output_format: OutputFormat
) -> None:
    text = emitted(capsys, output_format, [Package(name="\x1b[31mred\n[bold]x[/bold]\u202e", size=1)])
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold]" in text
    assert len(text.splitlines()) == 2 + (output_format is OutputFormat.MARKDOWN)


def test_states_are_coloured_only_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [Column[str]("state", str)]
    emit_rows(farm_context(color=True), ["failed"], columns)
    assert "\x1b[31mfailed\x1b[0m" in capsys.readouterr().out
    emit_rows(farm_context(), ["failed"], columns)
    assert "\x1b" not in capsys.readouterr().out


def test_a_value_in_each_format(capsys: pytest.CaptureFixture[str]) -> None:
    def text(output_format: OutputFormat) -> str:
        emit_value(farm_context(output_format=output_format), ROWS[0])
        return capsys.readouterr().out

    assert text(OutputFormat.TABLE) == "FIELD  VALUE\nname   zlib\nsize   5\ntags   a b\nnevra\n"
    assert text(OutputFormat.CSV) == "field,value\nname,zlib\nsize,5\ntags,a b\nnevra,\n"
    assert json.loads(text(OutputFormat.JSON))["name"] == "zlib"


def test_a_value_that_has_no_fields(capsys: pytest.CaptureFixture[str]) -> None:
    emit_value(farm_context(), ["a", "b"])
    assert capsys.readouterr().out == "a b\n"


def test_paths_and_other_values_become_text_in_json() -> None:
    assert encode_json({"path": Path("/x")}) == '{\n  "path": "/x"\n}\n'


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, ""), (True, "yes"), (1.25, "1.2"), ((1, None, "x"), "1  x"), ({"b": 1, "a": 2}, '{"a":2,"b":1}')],
)
def test_cells(content: object, text: str) -> None:
    assert cell(content) == text


def test_text_ends_with_one_newline(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("a", "a\n", ""):
        emit_text(text)
    assert capsys.readouterr().out == "a\na\n"


def test_notes_go_to_standard_error_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    note(farm_context(), "hello\nyou\x1b")
    note(farm_context(verbosity=-1), "not this")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "hello\nyou\\x1b\n")


def test_complaints_are_made_even_quietly_and_without_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no\x1b https://me:word@host")
    assert capsys.readouterr().err == "no\\x1b https://[hidden]@host\n"


def test_a_file_name_that_is_no_text_is_json_too() -> None:
    assert json.loads(encode_json({"b": "\udcff", "a": Path("/\udcfe")})) == {"a": "/\udcfe", "b": "\udcff"}


def test_text_does_not_steer_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign] # plays a terminal
    monkeypatch.setattr("sys.stdout", terminal)
    emit_text("+\tred \x1b[31m\n")
    assert terminal.getvalue() == "+\tred \\x1b[31m\n"
