"""Compares the RPMs of two builds, file by file, byte for byte, and judges: pure (design decision 10)."""

from collections.abc import Sequence

from farm.build import BuildInputs, BuildOutcome, BuildResult
from farm.digest import Digest
from farm.verdict import DifferenceCause, RpmDifference, Verdict, VerdictStatus


def compare(first: BuildResult, second: BuildResult) -> tuple[RpmDifference, ...]:
    """Return the RPMs that two builds disagree on, sorted by file name."""
    one, other = _digests(first), _digests(second)
    return tuple(
        RpmDifference(filename=name, first=one.get(name, ""), second=other.get(name, ""))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    )


def judge(
    inputs: BuildInputs,
    results: Sequence[BuildResult],
    differences: tuple[RpmDifference, ...] = (),
    causes: tuple[DifferenceCause, ...] = (),
    reports: tuple[Digest | None, Digest | None] = (None, None),
) -> Verdict:
    """Return the verdict on a build id.

    It is reproducible only if at least two builds with different surroundings succeeded and every one of them made the
    same files with the same bytes, and at least one file. This is decided here, from the results alone: differences
    that somebody forgot to pass make it no better.

    Args:
        differences: what `compare` found; found again from the results where it is empty.
        reports: diffoscope's report as text and as HTML.

    Raises:
        ValueError: a result is of another build id.
    """
    strangers = [result.build_id for result in results if result.build_id != inputs.build_id]
    if strangers:
        message = f"a result of {strangers[0]} says nothing of {inputs.build_id}"
        raise ValueError(message)
    found = differences or _first_differences(results)
    status = _status(results, found)
    differs = status is VerdictStatus.UNREPRODUCIBLE
    return Verdict(
        build_id=inputs.build_id,
        component=inputs.component,
        arch=inputs.arch,
        status=status,
        rpms=results[0].rpms if results else (),
        builds=tuple(result.variation.name for result in results),
        differences=found if differs else (),
        causes=causes if differs else (),
        report=reports[0] if differs else None,
        html_report=reports[1] if differs else None,
    )


def _status(results: Sequence[BuildResult], differences: tuple[RpmDifference, ...]) -> VerdictStatus:
    if not results or any(result.outcome is not BuildOutcome.SUCCEEDED for result in results):
        return VerdictStatus.FAILED
    if not all(result.rpms for result in results):
        return VerdictStatus.FAILED
    varied = {result.variation.name for result in results}
    is_repeated = len(varied) == len(results) >= 2  # noqa: PLR2004 - a build is verified by another one
    if not is_repeated:
        return VerdictStatus.FAILED
    return VerdictStatus.UNREPRODUCIBLE if differences else VerdictStatus.REPRODUCIBLE


def _first_differences(results: Sequence[BuildResult]) -> tuple[RpmDifference, ...]:
    return next((found for other in results[1:] if (found := compare(results[0], other))), ())


def _digests(result: BuildResult) -> dict[str, str]:
    return {rpm.nevra.filename: rpm.digest for rpm in result.rpms}
