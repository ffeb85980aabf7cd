"""rpm's complaints about specs, as errors of the project."""

import pytest
from builders.sandbox_results import failed

from workers.spec_errors import spec_error


@pytest.mark.parametrize(
    ("stderr", "place"),
    [
        ("error: line 12: Unknown tag: Nonsense\n", "tiny.spec:12"),
        ("error: /builddir/build/SOURCES/tiny.spec: line 7: bad %if condition:  1 +\n", "tiny.spec:7"),
        ("warning: line 3: old\nerror: Bad file: /x: No such file or directory\n", "tiny.spec"),
        ("", "tiny.spec"),
    ],
)
def test_place_in_the_spec(stderr: str, place: str) -> None:
    error = spec_error("tiny.spec", failed(stderr=stderr))
    assert error.what == f"{place}: rpm cannot use this spec"
    assert error.exit_status == 3
    assert error.why
    assert "farm component render -p tiny" in error.hint


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (failed(timed_out=True), "does not end"),
        (failed(out_of_memory=True), "too much memory"),
        (failed(flooded=True), "too much output"),
    ],
)
def test_limits(result: object, words: str) -> None:
    assert words in spec_error("tiny.spec", result).what  # type: ignore[arg-type]
