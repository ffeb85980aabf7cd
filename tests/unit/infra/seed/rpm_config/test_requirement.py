import sys

import pytest
from builders.rpm_config import load_script
from hypothesis import given
from hypothesis import strategies as st

requirement = load_script("requirement")
parse = requirement.parse_requirement


@pytest.mark.parametrize(
    ("text", "name", "extras", "versions"),
    [
        ("pluggy", "pluggy", (), ()),
        ("Flit_Core >=3.2,<4", "flit-core", (), ((">=", "3.2"), ("<", "4"))),
        ("a.b(>= 1)", "a-b", (), ((">=", "1"),)),
        ("setuptools-scm[toml, Test_X]>=6", "setuptools-scm", ("toml", "test-x"), ((">=", "6"),)),
        ("x @ https://files.invalid/x.whl", "x", (), ()),
        ("x == 1.*", "x", (), (("==", "1.*"),)),
    ],
)
def test_names_extras_and_versions(
    text: str, name: str, extras: tuple[str, ...], versions: tuple[tuple[str, str], ...]
) -> None:
    found = parse(text)
    assert (found.name, found.extras, found.versions) == (name, extras, versions)


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        ("python_version >= '3.10'", True),
        ("python_version < '3.9'", False),
        ("python_version ~= '3.2'", True),
        ("python_version == '3.*'", True),
        ("python_version != '3.*'", False),
        ("python_full_version > '3.9.0' and sys_platform == 'win32'", False),
        ("sys_platform == 'win32' or (os_name == 'posix' and python_version > '3')", True),
        ("'linux' in sys_platform", sys.platform == "linux"),
        ("sys_platform not in 'win32 cygwin'", True),
        ("platform_release == ''", True),
        ("extra == 'toml'", False),
        ("python_version < '3.9' or python_version >= '3.10' and os_name == 'nt'", False),
    ],
)
def test_markers(marker: str, *, holds: bool) -> None:
    assert parse(f"x; {marker}").applies() is holds


def test_an_extra_is_asked_for_by_any_spelling() -> None:
    assert parse("x; extra == 'Big_Thing'").applies("big-thing")


@pytest.mark.parametrize("text", ["", "-x", "x >", "x >=", "x 1.0", "x >=1,2", "x[y"])
def test_what_is_no_requirement_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse(text)


@pytest.mark.parametrize(
    "marker", ["python_version", "python_version >", "shoe_size > '3'", "(os_name == 'nt'", "os_name == 'nt' 'x'", "?"]
)
def test_what_is_no_marker_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match="marker"):
        parse(f"x; {marker}").applies()


@given(st.text(alphabet="ab1-_. [](),;<>=!~*@'\"and or", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse(text).applies()
    except ValueError:
        return
