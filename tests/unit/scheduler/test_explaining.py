from pathlib import Path

import pytest
from builders.builds import build_result
from builders.driven_farm import FakeExecutor
from builders.source_tasks import site

from farm.build import BuildLimits
from farm.store.directory_store import DirectoryStore
from scheduler.explaining import explain_all
from scheduler.node import Node
from workers.tasks import ExplainTask

NODES = [Node("curl", "x86_64"), Node("zlib", "x86_64")]


@pytest.fixture
def executor(tmp_path: Path) -> FakeExecutor:
    return FakeExecutor(DirectoryStore(tmp_path / "store"))


def task(root: Path) -> ExplainTask:
    results = (build_result("first"), build_result("second"))
    return ExplainTask(site=site(root), differences=(), results=results, limits=BuildLimits())


def idle() -> None:
    """Do nothing meanwhile."""


@pytest.mark.parametrize(("lost", "asked"), [(0, 2), (1, 3), (4, 6)])
def test_what_is_lost_is_asked_for_again(executor: FakeExecutor, tmp_path: Path, lost: int, asked: int) -> None:
    executor.lost_explanations = lost
    found = explain_all(dict.fromkeys(NODES, task(tmp_path)), executor=executor, meanwhile=idle)
    assert sorted(found) == NODES
    assert all(it.causes[0].name == "build-time" for it in found.values())
    assert len(set(executor.explained)) == asked


def test_what_is_lost_again_and_again_is_left_out(executor: FakeExecutor, tmp_path: Path) -> None:
    executor.lost_explanations = 3
    assert explain_all({NODES[0]: task(tmp_path)}, executor=executor, meanwhile=idle) == {}
    assert len(executor.explained) == 3


def test_nothing_to_explain_asks_nothing(executor: FakeExecutor) -> None:
    assert explain_all({}, executor=executor, meanwhile=idle) == {}
    assert executor.explained == []


def test_what_is_raised_meanwhile_ends_it(executor: FakeExecutor, tmp_path: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain_all({NODES[0]: task(tmp_path)}, executor=executor, meanwhile=interrupt)
