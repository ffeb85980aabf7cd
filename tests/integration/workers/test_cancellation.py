import multiprocessing
import time
from pathlib import Path

import pytest

from workers.cancellation import ends_when_marked

pytestmark = pytest.mark.integration


def work(mark: Path, begun: Path, seconds: float) -> None:
    with ends_when_marked(mark):
        begun.touch()
        time.sleep(seconds)
    mark.touch()
    time.sleep(1.0)


def start(directory: Path, seconds: float) -> multiprocessing.process.BaseProcess:
    arguments = (directory / "mark", directory / "begun", seconds)
    child = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    child.start()
    return child


def test_a_marked_process_ends_at_once(tmp_path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(
        target=work, args=(tmp_path / "mark", tmp_path / "begun", 60.0)
    )
    child.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.05)
    (tmp_path / "mark").touch()
    child.join(50.0)
    assert child.exitcode == 75


def test_a_mark_that_comes_after_the_work_changes_nothing(tmp_path: Path) -> None:
    child = start(tmp_path, 0.0)
    child.join(30.0)
    assert child.exitcode == 0
