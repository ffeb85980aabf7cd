import io
from dataclasses import replace

import pytest
from builders.builds import build_result, failed_result
from msgspec import structs

from farm.build import BuildOutcome
from farm.digest import digest_bytes
from farm.errors import ProjectError
from farm.events import BuildFinished, Event, NodeChanged, SourceLearned
from farm.states import NodeState
from scheduler.node import Node
from scheduler.report import LineReporter, duration, error_lines, failure_lines

NODE = Node("curl", "x86_64")
FINISHED = BuildFinished(
    component="curl",
    arch="x86_64",
    build_id=digest_bytes(b""),
    variation="first",
    outcome=BuildOutcome.SUCCEEDED,
    seconds=192.4,
    log=None,
    summary="",
)


def changed(state: NodeState, why: str = "") -> NodeChanged:
    return NodeChanged(component="curl", arch="x86_64", state=state, why=why)


def lines(*events: Event, verbose: bool = False) -> list[str]:
    stream = io.StringIO()
    reporter = LineReporter(total=2, stream=stream, verbose=verbose)
    for event in events:
        reporter.show(event)
    return stream.getvalue().splitlines()


def test_one_line_an_event_and_a_count_of_what_is_final() -> None:
    assert lines(changed(NodeState.BUILDING, "first build"), FINISHED, changed(NodeState.REPRODUCIBLE, "3 RPMs")) == [
        "(0/2) curl.x86_64 building: first build",
        "(0/2) curl.x86_64 first build succeeded in 3m12s",
        "(1/2) curl.x86_64 reproducible: 3 RPMs",
    ]


def test_which_worker_built_is_said_on_request() -> None:
    finished = structs.replace(
        FINISHED, outcome=BuildOutcome.FAILED, seconds=2.0, summary="no compiler", worker="host/0123456789ab"
    )
    assert lines(finished) == ["(0/2) curl.x86_64 first build failed in 2.0s: no compiler"]
    assert lines(finished, verbose=True) == [
        "(0/2) curl.x86_64 first build failed in 2.0s on host/0123456789ab: no compiler"
    ]


def test_waiting_is_said_only_on_request() -> None:
    waiting = changed(NodeState.BLOCKED, "waits for zlib.x86_64")
    assert lines(waiting) == []
    assert lines(waiting, verbose=True) == ["(0/2) curl.x86_64 blocked: waits for zlib.x86_64"]


def test_control_characters_of_a_build_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in lines(changed(NodeState.FAILED, "\x1b[31mred"))[0]


def test_a_failure_is_told_in_the_words_of_its_log() -> None:
    told = failure_lines(NODE, failed_result()).splitlines()
    cause = failed_result().cause
    assert cause is not None
    assert cause.summary in told[0]
    assert f"(log line {cause.first_line})" in told[0]
    assert [line.strip() for line in told[1:-1]] == list(cause.lines)
    assert told[-1].endswith("farm logs -p curl --arch x86_64")


def test_a_failure_without_a_cause_still_says_where_to_look() -> None:
    told = failure_lines(NODE, replace(build_result(), outcome=BuildOutcome.TIMED_OUT))
    assert "timed-out" in told
    assert "farm logs" in told


def test_an_error_is_what_why_and_what_to_do() -> None:
    error = ProjectError("no such tag", why="a.spec:7\nTag: x", hint="add it")
    assert error_lines("curl", error).splitlines() == [
        "curl: no such tag [FARM003]",
        "    a.spec:7",
        "    Tag: x",
        "    hint: add it",
    ]


@pytest.mark.parametrize(("seconds", "text"), [(7.31, "7.3s"), (59.96, "60.0s"), (192.4, "3m12s"), (7502, "2h05m")])
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_another_reason_for_the_same_state_is_said_only_on_request() -> None:
    twice = (changed(NodeState.BUILDING, "first build"), changed(NodeState.BUILDING, "first and second build"))
    assert lines(*twice) == ["(0/2) curl.x86_64 building: first build"]
    assert len(lines(*twice, verbose=True)) == 2


def test_a_cancelled_build_took_no_time() -> None:
    why = "its result is not needed any more"
    cancelled = structs.replace(FINISHED, variation="second", outcome=BuildOutcome.CANCELLED, seconds=0.0, summary=why)
    assert lines(cancelled) == ["(0/2) curl.x86_64 second build cancelled: its result is not needed any more"]


def test_nodes_that_the_plan_did_not_have_are_counted() -> None:
    events = [NodeChanged(component=name, arch="x86_64", state=NodeState.REPRODUCIBLE, why="") for name in "abc"]
    assert lines(*events)[-1].startswith("(3/3) ")


def test_a_file_without_a_hash_is_told() -> None:
    event = SourceLearned(component="curl", filename="a.tar", hash_type="SHA512", hash="0f")
    assert lines(event) == ["curl: a.tar was taken without a hash: SHA512 0f"]
