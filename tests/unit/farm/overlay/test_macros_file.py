import pytest

from farm.overlay.errors import MacrosFileNameError
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.project.model import BuildOptions


def test_later_wins_and_names_are_sorted() -> None:
    build = BuildOptions(
        conditions_on=("x", "both"),
        conditions_off=("both",),
        defines=(("_with_x", "2"), ("gone", "1"), ("a", "b c")),
        undefines=("gone", "never"),
    )
    assert macros_file(build).decode().splitlines()[2:] == ["%_with_both 1", "%_with_x 2", "%_without_both 1", "%a b c"]
    assert macros_file_name("demo") == "demo.azl.macros"


def test_macros_of_upstream_yield_to_all_others() -> None:
    build = BuildOptions(defines=(("a", "mine"),), undefines=("b",))
    assert macros_file(build, {"a": "1", "b": "2"}).decode().splitlines()[2:] == ["%a mine", "%b 2"]


@pytest.mark.parametrize("name", ["a b", "a}", "a~1", "a%b"])
def test_a_name_that_a_spec_would_not_load_is_refused(name: str) -> None:
    with pytest.raises(MacrosFileNameError, match="cannot have macros"):
        macros_file_name(name)


def test_no_options_need_no_file() -> None:
    assert macros_file(BuildOptions()) == b""
    assert macros_file(BuildOptions(defines=(("a", "b"),), undefines=("a",))) == b""
