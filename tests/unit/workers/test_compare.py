"""Differences and verdicts."""

from dataclasses import replace

import pytest
from builders.builds import build_inputs, build_result, built_rpm, digest, failed_result
from hypothesis import given
from hypothesis import strategies as st

from farm.build import BuildOutcome, BuildResult, BuiltRpm
from farm.verdict import DifferenceCause, RpmDifference, VerdictStatus
from workers.compare import compare, judge

INPUTS = build_inputs()
OTHER = built_rpm("curl-devel-8.9.1-1.x86_64")


def result(of: str, *rpms: BuiltRpm) -> BuildResult:
    return replace(build_result(of=of, rpms=rpms), build_id=INPUTS.build_id)


def test_same_files_do_not_differ() -> None:
    assert compare(result("first", built_rpm(), OTHER), result("second", OTHER, built_rpm())) == ()


def test_other_bytes_and_missing_files_differ() -> None:
    changed = built_rpm(content="changed")
    found = compare(result("first", built_rpm(), OTHER), result("second", changed))
    assert found == (
        RpmDifference(filename="curl-8.9.1-1.x86_64.rpm", first=built_rpm().digest, second=changed.digest),
        RpmDifference(filename="curl-devel-8.9.1-1.x86_64.rpm", first=OTHER.digest, second=""),
    )


def test_same_bytes_from_two_builds_are_reproducible() -> None:
    verdict = judge(INPUTS, [result("first", OTHER), result("second", OTHER)])
    assert verdict.status is VerdictStatus.REPRODUCIBLE
    assert verdict.rpms == (OTHER,)
    assert verdict.builds == ("first", "second")
    assert (verdict.differences, verdict.causes, verdict.report, verdict.html_report) == ((), (), None, None)


def test_difference_carries_its_explanation() -> None:
    results = [result("first", built_rpm()), result("second", built_rpm(content="changed"))]
    cause = DifferenceCause(name="build-time", evidence="x", advice="y")
    verdict = judge(INPUTS, results, compare(*results), (cause,), (digest("text"), None))
    assert verdict.status is VerdictStatus.UNREPRODUCIBLE
    assert (verdict.causes, verdict.report) == ((cause,), digest("text"))
    assert len(verdict.differences) == 1


def test_difference_that_nobody_passed_is_found() -> None:
    results = [result("first", OTHER), result("second", OTHER), result("third", built_rpm())]
    verdict = judge(INPUTS, results)
    assert verdict.status is VerdictStatus.UNREPRODUCIBLE
    assert verdict.differences == compare(results[0], results[2])


FAILED = replace(failed_result(of="second"), build_id=INPUTS.build_id)


@pytest.mark.parametrize(
    "results",
    [
        [],
        [result("first", OTHER)],
        [result("first", OTHER), result("first", OTHER)],
        [result("first"), result("second")],
        [result("first", OTHER), FAILED],
        [result("first", OTHER), replace(FAILED, outcome=BuildOutcome.TIMED_OUT)],
        [result("first", OTHER), replace(FAILED, outcome=BuildOutcome.INFRA_ERROR, rpms=(OTHER,))],
        [
            result("first", OTHER),
            result("second", OTHER),
            replace(FAILED, variation=build_result(of="third").variation),
        ],
    ],
)
def test_what_proves_nothing_is_failed(results: list[BuildResult]) -> None:
    verdict = judge(INPUTS, results)
    assert verdict.status is VerdictStatus.FAILED
    assert (verdict.differences, verdict.report) == ((), None)


def test_result_of_another_build_says_nothing() -> None:
    with pytest.raises(ValueError, match="says nothing of"):
        judge(INPUTS, [result("first", OTHER), build_result(of="second", rpms=(OTHER,))])


_RPMS = st.lists(
    st.builds(
        lambda name, content: built_rpm(f"{name}-1-1.x86_64", content=content),
        st.sampled_from("abc"),
        st.sampled_from("xy"),
    ),
    max_size=3,
    unique_by=lambda rpm: rpm.nevra,
).map(tuple)


@given(_RPMS, _RPMS)
def test_reproducible_means_the_same_non_empty_set(one: tuple[BuiltRpm, ...], other: tuple[BuiltRpm, ...]) -> None:
    verdict = judge(INPUTS, [result("first", *one), result("second", *other)])
    assert (verdict.status is VerdictStatus.REPRODUCIBLE) == (bool(one) and set(one) == set(other))
