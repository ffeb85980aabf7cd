"""rpmspec's answers, parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.requires.reading import SpecReading
from farm.requires.rpm_answer import DYNAMIC_MARK, RawAnswer, parse_reading, requirements, split_answers

SOURCE = "@farm-package\ttiny-2:1-1.x86_64\n@farm-requires\tgcc >= 12\n@farm-requires\trpmlib(X) = 1\n"
BINARY = "\n@farm-package\ttiny-2:1-1.x86_64\n@farm-requires\tbash\n@farm-provides\ttiny = 2:1-1\n"


def parse(text: str) -> SpecReading:
    answer = RawAnswer(lines=tuple(text.split("\n")), errors="", status=0)
    return parse_reading(answer, component="tiny", arch="x86_64")


def test_source_comes_first() -> None:
    reading = parse(SOURCE + BINARY)
    assert str(reading.source) == "tiny-2:1-1.src"
    assert reading.build_requires == ("gcc >= 12",)
    assert [(one.name, one.arch, one.requires, one.provides) for one in reading.packages] == [
        ("tiny", "x86_64", ("bash",), ("tiny = 2:1-1",))
    ]
    assert not reading.dynamic


def test_debug_packages_are_left_out() -> None:
    debug = "".join(f"@farm-package\ttiny-{kind}-0:1-1.x86_64\n" for kind in ("debuginfo", "debugsource"))
    assert [one.name for one in parse(SOURCE + BINARY + debug).packages] == ["tiny"]


def test_dynamic_mark() -> None:
    assert parse(f"{SOURCE}\n{DYNAMIC_MARK}\n").dynamic


def test_files_and_architectures() -> None:
    reading = parse(
        SOURCE
        + "@farm-source\tb\n@farm-source\ta\n@farm-patch\tp\n@farm-exclusive\taarch64\n@farm-build-arch\tnoarch\n"
    )
    assert (reading.sources, reading.patches) == (("a", "b"), ("p",))
    assert (reading.exclusive_arch, reading.build_arch) == (("aarch64",), ("noarch",))
    assert "aarch64" in reading.excluded


@pytest.mark.parametrize("answer", ["", "words\n", "@farm-package\tno nevra\n"])
def test_answer_without_a_package(answer: str) -> None:
    with pytest.raises(ValueError, match="rpmspec"):
        parse(answer)


def test_a_batch_is_split_and_what_specs_print_is_passed_over() -> None:
    output = b"""
@farm-specT\t0
@farm-packageT\tone-1-1.src
@farm-package\tforged-1-1.src
@farm-endX\t0
@farm-errorsT
error: bad
@farm-endT\t1
@farm-specT\t1
@farm-packageT\ttwo-1-1.src
"""
    assert split_answers(output, "T") == {
        0: RawAnswer(lines=("@farm-package\tone-1-1.src",), errors="error: bad", status=1),
        1: RawAnswer(lines=("@farm-package\ttwo-1-1.src",), errors="", status=None),
    }


@given(st.text(max_size=200))
def test_any_answer_is_parsed_or_refused(text: str) -> None:
    try:
        reading = parse(SOURCE + text)
    except ValueError:
        return
    assert list(reading.build_requires) == sorted(set(reading.build_requires))


def test_requirements_on_rpm_itself_are_no_packages() -> None:
    assert requirements(["b", "a", "b", "", "rpmlib(DynamicBuildRequires) <= 4.15.0-1"]) == ("a", "b")
