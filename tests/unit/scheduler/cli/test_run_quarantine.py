from pathlib import Path

import pytest
from builders.builds import digest
from builders.cli import farm_context
from click.testing import CliRunner

from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.cli.run import run
from scheduler.cli.run_quarantine import NotQuarantinedError
from scheduler.quarantine import quarantined


def test_builds_in_quarantine_are_listed_and_released(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    ledger = farm.ledger()
    run_id = ledger.begin_run("p", "", "build")
    for arch in ("aarch64", "x86_64"):
        poison = NodeOutcome(
            component="curl",
            arch=arch,
            state=NodeState.INFRA_ERROR,
            build_id=digest(arch),
            why="died",
            seconds=1.0,
            quarantined=True,
        )
        ledger.record_outcome(run_id, poison)

    def ask(*arguments: str) -> str:
        done = CliRunner().invoke(run, arguments, obj=farm, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    assert ask("quarantined").count("curl") == 2
    with pytest.raises(NotQuarantinedError, match="matches zlib"):
        ask("release", "-p", "zlib")
    ask("release", "-p", "cu*", "--arch", "aarch64", "--why", "more memory")
    assert [node.arch for node in quarantined(ledger)] == ["x86_64"]
