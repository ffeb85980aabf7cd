import pytest

from farm.requires.known_programs import known_output


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("echo 1.2.3", "1.2.3"),
        ('echo "1.2.3" | cut -d. -f1-2', "1.2"),
        ("echo 1.2.3 | cut -d '.' -f 1,3", "1.3"),
        ("echo 0123456789 | cut -c1-7", "0123456"),
        ("echo 1.11^2|cut -d\\^ -f1", "1.11"),
        ("echo 1.2.3 | tr . _", "1_2_3"),
        ("echo 1.2.3 | tr -d .", "123"),
        ("echo 1.2.3 | sed 's/\\./_/g'", "1_2_3"),
        ("echo 1.2.3 | sed -e 's/\\([0-9]*\\)\\.\\([0-9]*\\).*/\\1-\\2/'", "1-2"),
        ("echo mingw-x | sed -E 's/^(mingw-|)/mingw32-/'", "mingw32-x"),
        ("c=0123456789; echo ${c:0:7}", "0123456"),
        ("v=1.2.3; echo ${v%.*} ${v%%.*} ${v#*.} ${v##*.} ${v//./_} ${v/./_}", "1.2 1 2.3 3 1_2_3 1_2.3"),
        ("echo a b | tr a b | tr b c", "c c"),
    ],
)
def test_known(command: str, expected: str) -> None:
    assert known_output(command) == expected


@pytest.mark.parametrize(
    "command",
    [
        "",
        "date",
        "cat /etc/passwd",
        "echo $(id)",
        "echo `id`",
        "echo $HOME",
        "echo a > /x",
        "echo a; id",
        "echo a && id",
        "echo *",
        "echo a | awk '{print}'",
        "echo a | tr a-z A-Z",
        "echo 'open",
        "echo a | sed 's/a/b/;e'",
        "echo a | sed 's/(/b/' -f x",
        "echo a | cut -x",
        "x" * 20_000,
    ],
)
def test_what_is_not_known_is_not_guessed(command: str) -> None:
    assert known_output(command) is None
