from pathlib import Path

import pytest

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
