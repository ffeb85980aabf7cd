from typing import get_args

import msgspec
import pytest
from builders.builds import digest

from farm.build import BuildOutcome
from farm.canonical import encode
from farm.events import (
    AlarmRaised,
    BuildFinished,
    BuildStarted,
    ControlAction,
    ControlRequested,
    Event,
    NodeChanged,
    NodePlanned,
    Published,
    QuarantineReleased,
    RolledBack,
    RoundEnded,
    RoundStarted,
    RunFinished,
    RunStarted,
    RunStatus,
    SourceLearned,
    VerdictReached,
)
from farm.states import NodeState
from farm.verdict import VerdictStatus

STORED: list[tuple[Event, str]] = [
    (
        RunStarted(project="p", commit="c", command="x"),
        '{"command":"x","commit":"c","event":"run-started","project":"p"}',
    ),
    (
        NodePlanned(component="curl", arch="x86_64", reasons=("new",)),
        '{"arch":"x86_64","component":"curl","event":"node-planned","reasons":["new"]}',
    ),
    (
        NodeChanged(component="curl", arch="x86_64", state=NodeState.BLOCKED, why="zlib"),
        '{"arch":"x86_64","component":"curl","event":"node-changed","state":"blocked","why":"zlib"}',
    ),
    (
        BuildStarted(component="curl", arch="x86_64", build_id=digest("b"), variation="first"),
        (
            f'{{"arch":"x86_64","build_id":"{digest("b")}","component":"curl","event":"build-started",'
            '"variation":"first"}'
        ),
    ),
    (
        BuildFinished(
            component="curl",
            arch="x86_64",
            build_id=digest("b"),
            variation="first",
            outcome=BuildOutcome.TIMED_OUT,
            seconds=1.5,
            log=None,
            summary="s",
            worker="w",
            memory_bytes=7,
            disk_bytes=8,
        ),
        (
            f'{{"arch":"x86_64","build_id":"{digest("b")}","component":"curl","disk_bytes":8,'
            '"event":"build-finished","log":null,"memory_bytes":7,"outcome":"timed-out","seconds":1.5,"summary":"s",'
            '"variation":"first","worker":"w"}'
        ),
    ),
    (
        VerdictReached(
            component="curl", arch="x86_64", build_id=digest("b"), status=VerdictStatus.REPRODUCIBLE, causes=()
        ),
        (
            f'{{"arch":"x86_64","build_id":"{digest("b")}","causes":[],"component":"curl","event":"verdict-reached",'
            '"status":"reproducible"}'
        ),
    ),
    (
        AlarmRaised(kind="poison", why="w"),
        '{"event":"alarm-raised","kind":"poison","why":"w"}',
    ),
    (
        ControlRequested(action=ControlAction.PRIORITIZE, nodes=(("curl", "x86_64"),), urgency="security", by="me"),
        (
            '{"action":"prioritize","by":"me","event":"control-requested","nodes":[["curl","x86_64"]],'
            '"urgency":"security","why":""}'
        ),
    ),
    (
        NodePlanned(component="curl", arch="x86_64", reasons=("new",), action="build"),
        '{"action":"build","arch":"x86_64","component":"curl","event":"node-planned","reasons":["new"]}',
    ),
    (
        SourceLearned(component="curl", filename="a.tar", hash_type="SHA512", hash="0f"),
        '{"component":"curl","event":"source-learned","filename":"a.tar","hash":"0f","hash_type":"SHA512"}',
    ),
    (
        QuarantineReleased(component="curl", arch="x86_64", by="me", why="w"),
        '{"arch":"x86_64","by":"me","component":"curl","event":"quarantine-released","why":"w"}',
    ),
    (
        RoundStarted(number=2, nodes=7, why="w"),
        '{"event":"round-started","nodes":7,"number":2,"why":"w"}',
    ),
    (
        RoundEnded(number=2, stale=(("curl", "x86_64"),)),
        '{"event":"round-ended","number":2,"stale":[["curl","x86_64"]]}',
    ),
    (RunFinished(status=RunStatus.SUCCEEDED), '{"event":"run-finished","status":"succeeded"}'),
    (Published(snapshot="s", packages=3), '{"event":"published","packages":3,"snapshot":"s"}'),
    (RolledBack(snapshot="s"), '{"event":"rolled-back","snapshot":"s"}'),
]


@pytest.mark.parametrize(("event", "text"), STORED, ids=lambda value: type(value).__name__)
def test_stored_events_can_be_read_for_ever(event: Event, text: str) -> None:
    """A ledger keeps this text: changing it makes old ledgers unreadable."""
    assert encode(event).decode() == text
    assert msgspec.json.decode(text, type=Event) == event


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            (
                f'{{"arch":"x86_64","build_id":"{digest("b")}","component":"curl","event":"build-started",'
                '"variation":"first","worker":""}'
            ),
            BuildStarted(component="curl", arch="x86_64", build_id=digest("b"), variation="first"),
        ),
        (
            (
                f'{{"arch":"x86_64","build_id":"{digest("b")}","component":"curl","event":"build-finished","log":null,'
                '"outcome":"succeeded","seconds":1.5,"summary":"","variation":"first"}'
            ),
            BuildFinished(
                component="curl",
                arch="x86_64",
                build_id=digest("b"),
                variation="first",
                outcome=BuildOutcome.SUCCEEDED,
                seconds=1.5,
                log=None,
                summary="",
            ),
        ),
    ],
)
def test_what_earlier_farms_wrote_can_be_read(text: str, event: Event) -> None:
    """The beginning of a build was to say its worker at first, which nobody knows by then; peaks were not measured."""
    assert msgspec.json.decode(text, type=Event) == event


def test_every_event_is_in_the_table() -> None:
    assert {type(event) for event, _ in STORED} == set(get_args(Event))
