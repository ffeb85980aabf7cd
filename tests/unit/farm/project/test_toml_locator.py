import tomllib
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from farm.project.keys import Keys
from farm.project.origin import Origin
from farm.project.toml_locator import key_lines, line_of

DOCUMENT = '''\
a = 1
[x."y z"]
b = "s.s" # c = 1
c.d = 1.5
l = [
  1,
  [2, 3],
  { k = 1, "q r" = [ 5 ] },
]
[[t]]
n = """
x = 1
"""
m = 2
[[t]]
[t.sub]
z = 1979-05-27T07:32:00Z
[[t.arr]]
v = '#'
'''


def test_every_key_has_its_line() -> None:
    lines = key_lines(DOCUMENT)
    assert lines["a",] == 1
    assert lines["x", "y z", "b"] == 3
    assert lines["x", "y z", "c", "d"] == 4
    assert lines["x", "y z", "l", 1] == 7
    assert lines["x", "y z", "l", 2, "q r", 0] == 8
    assert lines["t", 0, "m"] == 14
    assert lines["t", 1, "sub", "z"] == 17
    assert lines["t", 1, "arr", 0, "v"] == 19


def test_an_origin_is_file_and_line_or_the_nearest_table(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(DOCUMENT)
    assert str(Origin(file=path, keys=("t", 1, "sub", "z"))) == f"{path}:17"
    assert str(Origin(file=path, keys=("t", 1, "sub", "absent", 3))) == f"{path}:16"
    assert line_of(path, ("absent",)) == 1
    assert str(Origin(file=tmp_path / "gone", keys=("a",))) == str(tmp_path / "gone")


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6)
SCALARS = st.one_of(st.integers(-9, 9), st.booleans(), NAMES)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)


def quoted(text: str) -> str:
    return (
        '"' + "".join(f"\\U{ord(char):08X}" if char in '"\\' or not char.isprintable() else char for char in text) + '"'
    )


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{quoted(key)} = {written(item)}' for key, item in value.items())}}}"
    return str(value)


def ways(value: object, keys: Keys) -> Iterator[Keys]:
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        yield (*keys, key)
        yield from ways(item, (*keys, key))


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_lines_are_found_in_any_document(document: dict[str, object]) -> None:
    text = "".join(f"# c\n{quoted(key)} = {written(item)}\n" for key, item in document.items())
    assert tomllib.loads(text) == document
    lines = key_lines(text)
    assert set(ways(document, ())) == set(lines)
    for number, (key, item) in enumerate(document.items(), start=1):
        assert {lines[way] for way in [(key,), *ways(item, (key,))]} == {2 * number}
