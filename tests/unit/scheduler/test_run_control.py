from pathlib import Path

import pytest

from farm.events import ControlAction, ControlRequested, NodePlanned
from farm.ledger.ledger import Ledger
from scheduler import messages
from scheduler.node import Node
from scheduler.policy import Ask, Urgency
from scheduler.run_control import RunControl, as_message

CURL = Node("curl", "x86_64")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (ControlRequested(action=ControlAction.CANCEL, by="ann"), messages.StopRequested(why="ann")),
        (
            ControlRequested(action=ControlAction.CANCEL, nodes=(CURL,), by="ann", why="wrong branch"),
            messages.CancelRequested(nodes=(CURL,), why="ann: wrong branch"),
        ),
        (ControlRequested(action=ControlAction.PAUSE), messages.PauseRequested(why="")),
        (ControlRequested(action=ControlAction.RESUME), messages.ResumeRequested()),
        (ControlRequested(action=ControlAction.DRAIN, why="upgrade"), messages.DrainRequested(why="upgrade")),
        (
            ControlRequested(action=ControlAction.PRIORITIZE, nodes=(CURL,), urgency="security", by="ann"),
            messages.AskChanged(nodes=(CURL,), ask=Ask(urgency=Urgency.SECURITY, requester="ann")),
        ),
    ],
)
def test_each_request_becomes_a_message(asked: ControlRequested, told: messages.Event) -> None:
    assert as_message(asked) == told


def test_a_request_is_read_once_and_only_by_its_run(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        mine, other = ledger.begin_run("p", "", "build"), ledger.begin_run("p", "", "build")
        for number in range(5):
            ledger.append(mine, NodePlanned(component=f"n{number}", arch="x86_64", reasons=()))
        ledger.append(other, ControlRequested(action=ControlAction.DRAIN))
        ledger.append(mine, ControlRequested(action=ControlAction.PAUSE))
        control = RunControl(ledger, mine)
        assert [asked.action for asked, _ in control.news()] == [ControlAction.PAUSE]
        assert list(control.news()) == []
        ledger.append(mine, ControlRequested(action=ControlAction.RESUME))
        assert [asked.action for asked, _ in control.news()] == [ControlAction.RESUME]


def test_what_holds_on_is_told_to_the_next_machine_and_nothing_twice(tmp_path: Path) -> None:
    zlib = Node("zlib", "x86_64")
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        mine = ledger.begin_run("p", "", "build")
        ledger.append(mine, ControlRequested(action=ControlAction.CANCEL, nodes=(CURL,)))
        ledger.append(mine, ControlRequested(action=ControlAction.PRIORITIZE, nodes=(CURL, zlib), urgency="security"))
        ledger.append(mine, ControlRequested(action=ControlAction.PAUSE, by="ann"))
        control = RunControl(ledger, mine)
        assert len(list(control.news())) == 3
        urgent = messages.AskChanged(nodes=(CURL,), ask=Ask(urgency=Urgency.SECURITY))
        assert control.standing([CURL]) == [urgent, messages.PauseRequested(why="ann")]
        ledger.append(mine, ControlRequested(action=ControlAction.RESUME))
        assert (len(list(control.news())), control.standing([CURL]), control.ending) == (1, [urgent], "")


@pytest.mark.parametrize("action", [ControlAction.DRAIN, ControlAction.CANCEL])
def test_a_run_that_was_told_to_end_ends(tmp_path: Path, action: ControlAction) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        mine = ledger.begin_run("p", "", "build")
        ledger.append(mine, ControlRequested(action=action, by="ann", why="upgrade"))
        control = RunControl(ledger, mine)
        assert len(list(control.news())) == 1
        assert control.ending == f"{action}: ann: upgrade"
        assert control.standing([CURL]) == []
