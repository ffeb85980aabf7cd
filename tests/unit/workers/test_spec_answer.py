"""rpmspec's answers, parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.spec_answer import DYNAMIC_MARK, exclusion, parse_answer, requirements
from workers.spec_errors import SpecError

SOURCE = "@farm-package\ttiny-2:1-1.x86_64\n@farm-requires\tgcc >= 12\n@farm-requires\trpmlib(X) = 1\n"
BINARY = "\n@farm-package\ttiny-2:1-1.x86_64\n@farm-requires\tbash\n@farm-provides\ttiny = 2:1-1\n"


def test_source_comes_first() -> None:
    facts = parse_answer((SOURCE + BINARY).encode(), arch="x86_64", spec_name="tiny.spec")
    assert str(facts.source) == "tiny-2:1-1.src"
    assert facts.build_requires == ("gcc >= 12",)
    assert [(one.name, one.requires, one.provides) for one in facts.packages] == [
        ("tiny", ("bash",), ("tiny = 2:1-1",))
    ]
    assert not facts.dynamic


def test_words_of_the_spec_are_passed_over() -> None:
    noise = "hello\n@farm\n@farm-requires\tbefore any package\n\n"
    facts = parse_answer((noise + SOURCE + "more words\n" + BINARY).encode(), arch="x86_64", spec_name="t.spec")
    assert facts.build_requires == ("gcc >= 12",)


def test_debug_packages_are_left_out() -> None:
    debug = "".join(f"@farm-package\ttiny-{kind}-0:1-1.x86_64\n" for kind in ("debuginfo", "debugsource"))
    facts = parse_answer((SOURCE + BINARY + debug).encode(), arch="x86_64", spec_name="t.spec")
    assert [one.name for one in facts.packages] == ["tiny"]


def test_dynamic_mark() -> None:
    assert parse_answer(f"{SOURCE}\n{DYNAMIC_MARK}\n".encode(), arch="x86_64", spec_name="t.spec").dynamic


@pytest.mark.parametrize("answer", ["", "words\n", "@farm-package\tno nevra\n"])
def test_answer_without_a_package(answer: str) -> None:
    with pytest.raises(SpecError, match=r"t\.spec: "):
        parse_answer(answer.encode(), arch="x86_64", spec_name="t.spec")


@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=50).map(lambda text: f"{SOURCE}@farm-package\t{text}".encode()))
)
def test_any_answer_is_parsed_or_refused(answer: bytes) -> None:
    try:
        facts = parse_answer(answer, arch="x86_64", spec_name="t.spec")
    except SpecError:
        return
    assert list(facts.build_requires) == sorted(set(facts.build_requires))


def test_requirements_on_rpm_itself_are_no_packages() -> None:
    assert requirements(["b", "a", "b", "", "rpmlib(DynamicBuildRequires) <= 4.15.0-1"]) == ("a", "b")


@pytest.mark.parametrize(
    ("noarch", "exclusive", "excluded", "is_excluded"),
    [
        (False, [], [], False),
        (False, ["x86_64", "aarch64"], [], False),
        (False, ["aarch64"], [], True),
        (False, [], ["x86_64"], True),
        (True, ["noarch"], [], False),
        (True, ["aarch64", "noarch"], [], True),
        (True, ["x86_64", "noarch"], [], False),
        (True, ["x86_64"], [], True),
    ],
)
def test_exclusion(noarch: bool, exclusive: list[str], excluded: list[str], is_excluded: bool) -> None:  # noqa: FBT001 - a table of cases
    said = exclusion("x86_64", noarch=noarch, exclusive=exclusive, excluded=excluded)
    assert bool(said) is is_excluded
    assert not said or said.startswith("Architecture is ")
