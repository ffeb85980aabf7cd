from pathlib import Path

import pytest
from builders.builds import digest
from builders.cli import farm_context
from builders.fake_clock import FakeClock

from farm.cli.context import FarmContext
from farm.ledger.holder import Holder, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from scheduler.cli.logs import _show_live

BUILD_ID = digest("build")


def test_the_log_of_a_running_build_is_shown_and_what_a_killed_driver_left_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farm = farm_context(tmp_path)
    log = farm.state.live_log(BUILD_ID, "first")
    log.parent.mkdir(parents=True)
    log.write_text("cc -c x.c\n")
    subject = build_subject(BUILD_ID, "first")
    here = this_process()
    dead = Holder(name="dead", boot=here.boot, pid=here.pid, started=here.started + 1)
    assert farm.ledger().acquire(subject, dead, 60) is not None
    assert not _show_live(farm, BUILD_ID, "")
    assert farm.ledger().acquire(subject, here, 60) is not None
    assert _show_live(farm, BUILD_ID, "")
    assert capsys.readouterr().out == "cc -c x.c\n"
    log.unlink()
    assert not _show_live(farm, BUILD_ID, "")


def test_whether_a_build_still_runs_is_for_the_ledgers_clock_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That of the machine that asks may be wrong: here it says that the lease expired long ago."""
    farm = farm_context(tmp_path)
    log = farm.state.live_log(BUILD_ID, "first")
    log.parent.mkdir(parents=True)
    log.write_text("cc -c x.c\n")
    elsewhere = Holder(name="elsewhere", boot="another boot", pid=1, started=1)
    clock = FakeClock()
    with Ledger.open(tmp_path / "ledger.sqlite", clock) as ledger:
        monkeypatch.setattr(FarmContext, "ledger", lambda _farm: ledger)
        assert ledger.acquire(build_subject(BUILD_ID, "first"), elsewhere, 60) is not None
        assert _show_live(farm, BUILD_ID, "")
        clock.sleep(61)
        assert not _show_live(farm, BUILD_ID, "")
    assert capsys.readouterr().out == "cc -c x.c\n"
