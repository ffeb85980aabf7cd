from builders.spec_readers import macro_set

from farm.requires.macro_table import Balance, Macro, macro_table, read_definitions


def test_a_macro_file() -> None:
    text = """\
# %comment 1
%one 1
%two(a:b) first \\
  second \\\\\\
third
  %three %{expand:
%if 1
x
%endif}
%empty
nonsense
%four {in brackets} rest
%-bad 1
"""
    assert read_definitions(text) == {
        "one": Macro("1"),
        "two": Macro("first \n  second \\\nthird", "a:b"),
        "three": Macro("%{expand:\n%if 1\nx\n%endif}"),
        "empty": Macro(""),
        "four": Macro("in brackets"),
    }


def test_an_open_bracket_takes_the_rest_of_the_file_and_nothing_before_it() -> None:
    assert read_definitions("%zero 0\n%one {open %{a\n%two 2\n") == {"zero": Macro("0")}


def test_later_files_win() -> None:
    assert macro_table(macro_set("%a 2\n"), "%a 1\n%b 1\n") == {"a": Macro("2"), "b": Macro("1")}


def test_balance() -> None:
    balance = Balance()
    assert balance.open_after("%{expand: (")
    assert balance.open_after(" { }")
    assert not balance.open_after("}")
    assert not Balance().open_after("{ not a macro")
    assert not Balance().open_after(r"%{x\}}")
