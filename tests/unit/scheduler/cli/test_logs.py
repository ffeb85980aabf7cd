from pathlib import Path

import pytest
from builders.builds import digest
from builders.cli import farm_context

from farm.ledger.holder import Holder, this_process
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
