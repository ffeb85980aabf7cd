from pathlib import Path

import pytest

from farm.project.decode import decode_file
from farm.project.errors import SchemaError
from farm.project.schema import ConfigFile

BAD = """\
[components.foo]
spec = { type = "upstraem" }
[components.foo.build]
chekc = { skip = true }
[[components.foo.overlays]]
type = "spec-set-tag"
lines = "x"
[component]
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_every_fault_is_named_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", BAD)
    with pytest.raises(SchemaError) as caught:
        decode_file(path, ConfigFile)
    assert caught.value.why.splitlines() == [
        f"{path}:2: `components.foo.spec.type`: Invalid enum value 'upstraem'",
        f"{path}:4: unknown key `chekc` in `components.foo.build`; did you mean `check`?",
        f"{path}:7: `components.foo.overlays[1].lines`: Expected `array`, got `str`",
        f"{path}:8: unknown key `component`; did you mean `components`?",
    ]


def test_a_table_where_a_value_belongs_and_the_other_way_round(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", "project = 1\n[includes]\nx = 1\n[components]\nfoo = []\n")
    with pytest.raises(SchemaError) as caught:
        decode_file(path, ConfigFile)
    why = caught.value.why
    assert "`project` must be a table, not an integer" in why
    assert f"{path}:2: `includes`" in why
    assert "`components.foo` must be a table, not an array" in why


def test_many_faults_are_cut_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", "".join(f"key{number} = 1\n" for number in range(50)))
    with pytest.raises(SchemaError) as caught:
        decode_file(path, ConfigFile)
    assert caught.value.why.endswith("and 30 more")


def test_unknown_keys_can_be_tolerated_and_wrong_values_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", '[project]\ndescription = "d"\nnew = 1\n[other]\n[components.a.new]\n')
    config = decode_file(path, ConfigFile, permissive=True)
    assert config.project is not None
    assert config.project.description == "d"
    assert list(config.components) == ["a"]
    write(path, "[project]\ndescription = 1\n")
    with pytest.raises(SchemaError):
        decode_file(path, ConfigFile, permissive=True)
