import pytest

from farm.requires.macro_builtins import BUILTINS
from farm.requires.macro_expansion import Expander, ExpansionLimitError
from farm.requires.macro_table import read_definitions
from farm.requires.macro_text import MacroSyntaxError


def expander(macros: str = "") -> Expander:
    made = Expander(read_definitions(macros), builtins=BUILTINS, natives={})
    made.define("nil", "")
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("100%%", "100%"),
        ("%one and %{one}", "1 and 1"),
        ("%unknown %{unknown} %{unknown:%one}", "%unknown %{unknown} %{unknown:1}"),
        ("%{?one}%{?unknown}%{!?one}%{!?unknown}", "1"),
        ("%{?one:yes}%{!?one:no}%{?unknown:yes}%{!?unknown:no}", "yesno"),
        ("%{!!?one:yes}", "yes"),
        ("a%{nil}b", "ab"),
        ("%{expand:%%{one}}", "1"),
        ("%[1 + 2 * 3]", "7"),
        ('%["%{one}" == "1" ? "same" : "%{error:never}"]', "same"),
        ("%{lower:ABC}%{upper:def}%{len:four}%{reverse:ab}", "abcDEF4ba"),
        ("%{basename:/a/b.c}%{dirname:/a/b}%{suffix:x.gz}", "b.c/agz"),
        ("%{shrink:  a   b }", "a b"),
        ("%{sub abcdef 2 3}%{sub abcdef -2}", "bcef"),
        ("%{defined one}%{undefined one}%{with x}%{without x}", "1001"),
        ("%{macrobody:one}", "1"),
        ("% %", "% %"),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    assert expander("%one 1\n").expand(text) == expected


def test_definitions_take_their_line_and_leave_nothing() -> None:
    macros = expander()
    assert macros.expand("a%global x %{?y}1\nb%define y 2\n%x%y") == "a\nb\n12"
    assert macros.expand("%undefine x\n%{?x}") == "\n"


def test_a_global_is_expanded_now_and_a_define_when_it_is_used() -> None:
    macros = expander("%late 1\n")
    macros.expand("%global now %late\n%define then %late\n%global late 2")
    assert macros.expand("%now %then") == "1 2"


def test_a_definition_goes_on_over_lines() -> None:
    macros = expander()
    macros.expand("%global x one\\\ntwo %{expand:\nthree}\n")
    assert macros.expand("%x") == "one\ntwo \nthree"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("%show a b\nnext", "[show|a b|2|a|b|]\nnext"),
        ("%{show a b}", "[show|a b|2|a|b|]"),
        ("%{show:a b}", "[show|a b|1|a b||]"),
        ("%{show -f -o v a}", "[show|a|1|a||f-fov]"),
        ("%{show %{quote:a b} c}", "[show|a b c|2|a b|c|]"),
        ("%{show}", "[show||0|||]"),
    ],
)
def test_arguments(call: str, expected: str) -> None:
    macros = expander("%show(fo:) [%0|%*|%#|%{?1}|%{?2}|%{-f:f}%{-f*}%{-o:o}%{-o*}]\n")
    assert macros.expand(call) == expected.replace("f-fov", "fov")


def test_what_a_call_defines_ends_with_it_and_globals_stay() -> None:
    macros = expander("%inner() %define gone 1\\\n%global here %gone\n")
    macros.expand("%inner x")
    assert macros.expand("%{?gone}%{?here}") == "1"


@pytest.mark.parametrize(
    ("default", "given", "expected"),
    [("0", "", "0"), ("1", "", "1"), ("0", "_with_x", "1"), ("1", "_without_x", "0")],
)
def test_conditions_of_a_build(default: str, given: str, expected: str) -> None:
    macros = expander()
    if given:
        macros.define(given, "1")
    macros.expand(f"%bcond x {default}")
    assert macros.expand("%{with x}") == expected


def test_what_would_run_code_is_passed_over_and_said() -> None:
    macros = expander()
    assert macros.expand('a%(touch /x)b%{lua: os.execute("x")}c') == "abc"
    assert macros.guesses == {"shell", "lua"}


def test_the_number_that_rpmautospec_writes_is_known() -> None:
    lua = '%{lua:\n    release_number = 33;\n    base_release_number = tonumber(rpm.expand("%{?-b*}%{!?-b:1}"));\n'
    lua += "    print(release_number + base_release_number - 1);\n}"
    macros = expander()
    macros.expand(f"%define autorelease(e:s:pb:n) {lua}%{{?dist}}")
    assert macros.expand("%autorelease") == "33"
    assert macros.expand("%autorelease -b 3") == "35"
    assert not macros.guesses


@pytest.mark.parametrize("macros", ["%a %a\n", "%a %b\n%b %a\n", "%a() %{a %*}\n", "%a %{expand:%%a}\n"])
def test_a_macro_that_calls_itself_is_refused(macros: str) -> None:
    with pytest.raises(ExpansionLimitError, match="calls itself"):
        expander(macros).expand("%a")


def test_exponential_macros_are_refused() -> None:
    lines = ["%m0 " + "x" * 50, *(f"%m{n} %m{n - 1}%m{n - 1}" for n in range(1, 60))]
    with pytest.raises(ExpansionLimitError, match="without end"):
        expander("\n".join(lines)).expand("%m59")


@pytest.mark.no_cover  # counting lines would take most of the time
def test_many_calls_that_give_nothing_are_refused() -> None:
    lines = ["%m0 %{nil}", *(f"%m{n} %m{n - 1}%m{n - 1}" for n in range(1, 60))]
    with pytest.raises(ExpansionLimitError, match="without end"):
        expander("\n".join(lines)).expand("%m59")


@pytest.mark.parametrize("text", ["%{open", "%(open", "%[open", "%{?a:%{b}"])
def test_an_open_bracket_is_refused(text: str) -> None:
    with pytest.raises(MacroSyntaxError, match="unterminated"):
        expander().expand(text)
