from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.project.errors import TomlError
from farm.project.toml_file import parse_toml, read_toml

HERE = Path("/p/a.toml")


def test_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[a]\nb = "ü"\n')
    assert read_toml(path) == {"a": {"b": "ü"}}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = 1\nb = \n", "/p/a.toml:2"),
        ("a = 1\n\na = 2\n", "/p/a.toml:3"),
        ("[t]\n[t]\n", "/p/a.toml:2"),
        ('a = "open', "/p/a.toml:1"),
        ("a = 1\nb = [1,\n", "/p/a.toml:3"),
    ],
)
def test_a_syntax_error_names_its_line(text: str, place: str) -> None:
    with pytest.raises(TomlError) as caught:
        parse_toml(text, HERE)
    assert caught.value.why.startswith(place + ":")


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TomlError, match="cannot read"):
        read_toml(tmp_path / "absent.toml")


LARGE = "# a large file\n" * 3_000


def test_a_large_plain_file_is_read_as_a_small_one() -> None:
    text = "[a]\nb = [\n  \"x\", # y: z\n  'w',\n]\n[a.c]\nd = 1\n"
    assert parse_toml(LARGE + text, HERE) == parse_toml(text, HERE)


@pytest.mark.parametrize("text", ["[t]\n[t]\n", "a = 1\na = 2\n", "a = \n", "a = 'open\n", "a.b = 1\n[a]\nc = 2\n"])
def test_what_is_wrong_in_a_large_file_has_its_line(text: str) -> None:
    with pytest.raises(TomlError) as caught:
        parse_toml(LARGE + text, HERE)
    assert caught.value.why.startswith(f"{HERE}:300")


@pytest.mark.parametrize("text", ["a = { b = 1,\n c = 2 }\n", "a = { b = 1, }\n", 'a = "\\e"\n', 'a = "\\x41"\n'])
def test_what_only_toml_1_1_has_is_refused_in_large_files_too(text: str) -> None:
    for each in (text, LARGE + text):
        with pytest.raises(TomlError):
            parse_toml(each, HERE)


@given(st.text(alphabet="ab=[]\"'.,#\n :1-", max_size=40))
def test_both_parsers_agree_on_plain_text(text: str) -> None:
    try:
        expected = parse_toml(text, HERE)
    except TomlError:
        with pytest.raises(TomlError):
            parse_toml(LARGE + text, HERE)
    else:
        assert parse_toml(LARGE + text, HERE) == expected
