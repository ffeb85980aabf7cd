from pathlib import Path

import pytest
from builders.cli import farm_context
from builders.driven_run import begin_driven_run

from farm.events import NodeChanged
from farm.states import NodeState
from scheduler.cli.run_choice import (
    EndedError,
    NoSuchNodeError,
    NoSuchRunError,
    driven_run,
    ended_words,
    matching_nodes,
)
from scheduler.node import Node


def test_a_run_that_is_not_driven_is_told_nothing(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    with pytest.raises(NoSuchRunError, match="no run is driven now"):
        driven_run(ledger, "")
    dead = ledger.begin_run("p", "", "build")
    with pytest.raises(NoSuchRunError, match="is not driven any more"):
        driven_run(ledger, dead)
    with pytest.raises(NoSuchRunError, match="there is no run nothing"):
        driven_run(ledger, "nothing")
    one, two = begin_driven_run(ledger), begin_driven_run(ledger)
    with pytest.raises(NoSuchRunError, match="several runs"):
        driven_run(ledger, "")
    assert driven_run(ledger, one).run_id == one
    assert driven_run(ledger, two).run_id == two


def test_a_selector_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    run_id = begin_driven_run(ledger)
    assert matching_nodes(ledger, run_id, ["zlib"], ["x86_64"]) == {Node("zlib", "x86_64"): NodeState.PLANNED}
    with pytest.raises(NoSuchNodeError, match="matches openssl"):
        matching_nodes(ledger, run_id, ["openssl"], [])
    with pytest.raises(NoSuchNodeError, match="matches zlib"):
        matching_nodes(ledger, run_id, ["zlib"], ["aarch64"])


def test_what_has_ended_is_told_and_what_is_built_anew_has_not(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    run_id = begin_driven_run(ledger)

    def told(*globs: str) -> str:
        return ended_words(run_id, matching_nodes(ledger, run_id, globs, []))

    assert told("*curl*") == ""
    ledger.append(run_id, NodeChanged(component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, why=""))
    assert told("*curl*") == "curl.x86_64 (reproducible) ended before: what has ended stays as it is"
    with pytest.raises(EndedError, match="has ended already") as caught:
        told("curl")
    assert "curl.x86_64 (reproducible)" in caught.value.why
    ledger.append(run_id, NodeChanged(component="curl", arch="x86_64", state=NodeState.QUEUED, why="a further round"))
    assert told("curl") == ""
