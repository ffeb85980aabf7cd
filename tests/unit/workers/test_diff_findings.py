"""diffoscope's JSON, parsed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.diff_findings import BadReportError, parse_report

REPORT = {
    "diffoscope-json-version": 1,
    "source1": "first",
    "source2": "second",
    "unified_diff": None,
    "details": [
        {
            "source1": "first/a-1-1.noarch.rpm",
            "source2": "second/a-1-1.noarch.rpm",
            "unified_diff": None,
            "details": [
                {
                    "source1": "content",
                    "source2": "content",
                    "unified_diff": None,
                    "comments": ["unread"],
                    "details": [
                        {
                            "source1": "./usr/bin/a",
                            "source2": "./usr/bin/a",
                            "unified_diff": "@@ -1,2 +1,2 @@\n same\n-one\n+other\n",
                        }
                    ],
                }
            ],
        }
    ],
}


def test_findings_know_their_place() -> None:
    (finding,) = parse_report(json.dumps(REPORT).encode())
    assert finding.place == ("a-1-1.noarch.rpm", "content", "./usr/bin/a")
    assert finding.where == "a-1-1.noarch.rpm: ./usr/bin/a"
    assert (finding.removed, finding.added) == (("one",), ("other",))


def test_file_that_one_side_lacks() -> None:
    node = {"source1": "/dev/null", "source2": "second/b.rpm", "unified_diff": "+x"}
    (finding,) = parse_report(json.dumps(REPORT | {"details": [node]}).encode())
    assert finding.place == ("b.rpm",)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"source1": 1}', b"\xff", b'{"source1":"a","source2":"b","details":[1]}']
)
def test_what_is_no_report(data: bytes) -> None:
    with pytest.raises(BadReportError):
        parse_report(data)


def test_report_without_bottom_is_refused() -> None:
    deep = b'{"source1":"a","source2":"b","details":[' * 100_000
    with pytest.raises(BadReportError):
        parse_report(deep)


@given(st.text(max_size=300))
def test_any_diff_is_lines(diff: str) -> None:
    report = {"source1": "a", "source2": "b", "unified_diff": diff}
    for finding in parse_report(json.dumps(report).encode()):
        assert not any("\n" in line for line in (*finding.removed, *finding.added))


def test_size_of_a_finding_is_bounded() -> None:
    report = {"source1": "a", "source2": "b", "unified_diff": "\n".join(["-" + "x" * 10_000] * 10_000)}
    (finding,) = parse_report(json.dumps(report).encode())
    assert len(finding.removed) <= 5_000
    assert max(map(len, finding.removed)) <= 2_000
