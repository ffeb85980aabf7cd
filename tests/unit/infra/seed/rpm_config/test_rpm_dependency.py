import pytest
from builders.rpm_config import load_script

rpm_dependency = load_script("rpm_dependency")
parse = load_script("requirement").parse_requirement


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.6.0", "1.6"),
        ("0", "0"),
        ("2026.1.0", "2026.1"),
        ("v1.0rc1", "1~rc1"),
        ("1.0-beta.2", "1~b2"),
        ("1.0a", "1~a0"),
        ("1.0.post3", "1^post3"),
        ("1.0-4", "1^post4"),
        ("1.0.dev5", "1~~dev5"),
        ("1.0rc1.dev5", "1~rc1~~dev5"),
        ("2!1.5", "2:1.5"),
        ("1.5+local.1", "1.5"),
    ],
)
def test_versions_sort_in_rpm_as_in_python(version: str, expected: str) -> None:
    assert rpm_dependency.rpm_version(version) == expected


@pytest.mark.parametrize("version", ["", "x", "1..2", "1.0.final"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="not a Python version"):
        rpm_dependency.rpm_version(version)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "python3dist(x)"),
        ("X_y>=1.0", "python3dist(x-y) >= 1"),
        ("x<2", "python3dist(x) < 2~~"),
        ("x<2rc1", "python3dist(x) < 2~rc1"),
        ("x==1.5", "python3dist(x) = 1.5"),
        ("x>=1.5,<2", "(python3dist(x) < 2~~ with python3dist(x) >= 1.5)"),
        ("x!=1.5", "(python3dist(x) < 1.5 or python3dist(x) > 1.5)"),
        ("x~=1.4.2", "(python3dist(x) >= 1.4.2 with python3dist(x) < 1.5~~)"),
        ("x==1.4.*", "(python3dist(x) >= 1.4~~ with python3dist(x) < 1.5~~)"),
        ("x==1.*", "(python3dist(x) >= 1~~ with python3dist(x) < 2~~)"),
        ("x!=1.4.*", "(python3dist(x) < 1.4~~ or python3dist(x) >= 1.5~~)"),
    ],
)
def test_ranges(text: str, expected: str) -> None:
    assert rpm_dependency.dependency(parse(text)) == expected


def test_a_distribution_is_provided_for_this_python_and_for_any() -> None:
    assert rpm_dependency.provided("Flit_Core", "3.12.0", "3.13") == [
        "python3.13dist(flit-core) = 3.12",
        "python3dist(flit-core) = 3.12",
    ]
