import pytest
from builders.package_metadata import document, package

from scheduler.dependency_limits import check_dependencies
from scheduler.metadata_file import MetadataInvalidError


def primary(requirement: str) -> bytes:
    text = document("primary", [package("x", requires=["PLACE"]).primary]).decode()
    return text.replace("PLACE", requirement).encode()


@pytest.mark.parametrize(
    "requirement", ["(a or b)", "((a &gt;= 1) with (a &lt; 2))", "plain", "libc.so.6(GLIBC)(64bit)"]
)
def test_usual_dependencies_pass(requirement: str) -> None:
    check_dependencies(primary(requirement), "primary")


@pytest.mark.parametrize(
    "requirement",
    [
        "(" * 100_000 + "a" + ")" * 100_000,
        "(a or " * 100 + "b" + ")" * 100,
        "(" + " or ".join(f"(a{number} and b{number})" for number in range(20)) + ")",
        "(a or",
        "&#40;a or b)",
        "&#x28;a or b)",
        "&#00040;a or b)",
    ],
)
def test_what_would_stop_the_solver_is_refused(requirement: str) -> None:
    with pytest.raises(MetadataInvalidError, match=r"^primary "):
        check_dependencies(primary(requirement), "primary")


def test_single_quotes_hide_nothing() -> None:
    with pytest.raises(MetadataInvalidError):
        check_dependencies(primary("(a or").replace(b'"(a or"', b"'(a or'"), "primary")
