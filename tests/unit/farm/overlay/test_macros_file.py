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


def test_no_options_need_no_file() -> None:
    assert macros_file(BuildOptions()) == b""
    assert macros_file(BuildOptions(defines=(("a", "b"),), undefines=("a",))) == b""
