from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from builders.builds import variation
from builders.node_inputs import node_inputs
from builders.source_tasks import requires_task, site, source_task

from farm.build import BuildLimits
from scheduler.cluster import Cluster, ClusterUnreachableError
from scheduler.cluster_node import ArchSlots, ClusterNode, NodeStatus
from scheduler.executor import Lost
from scheduler.ray_executor import THIS_MACHINE, RayExecutor, _worker
from scheduler.worker_node import UNBOUNDED, Place
from workers.build import BuildRequest
from workers.capacity import ArchCapacity, Capacity
from workers.tasks import BuildTask


def test_what_ran_on_a_ray_that_died_is_lost_and_answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    executor = RayExecutor()
    answers: list[Lost] = []
    monkeypatch.setattr("ray.shutdown", lambda: None)
    monkeypatch.setattr("scheduler.ray_executor.start_ray", lambda _address: None)
    executor._running["build lib first 1"] = answers.append
    executor._started = executor._died = True
    executor._start()
    assert [answer.node_died for answer in answers] == [True]
    executor._died = True
    executor._start()
    assert len(answers) == 1
    executor.close()


def test_closing_ends_what_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marked: list[Path] = []
    executor = RayExecutor()
    mark = tmp_path / "live" / "attempt.cancel"
    monkeypatch.setattr("ray.shutdown", lambda: marked.extend(mark.parent.iterdir()))
    executor._started = True
    executor._running["build lib first 1"] = lambda _answer: None
    executor._marks["build lib first 1"] = mark
    executor.close()
    assert marked == [mark]
    assert list(mark.parent.iterdir()) == []


def test_whoever_waits_for_a_small_task_learns_that_the_run_has_ended(tmp_path: Path) -> None:
    """Else the threads of the driver would keep its process alive for ever."""
    executor = RayExecutor()
    answers: list[object] = []
    executor._running["source RPM of hello (1)"] = answers.append
    executor.close()
    executor.make_source("source RPM of hello (2)", source_task(tmp_path), answers.append)
    executor.generate_requires("generated BuildRequires of hello (1)", requires_task(tmp_path), answers.append)
    assert answers == [Lost(why="the run has ended")] * 3


def cluster_node(node_id: str) -> ClusterNode:
    slots = (ArchSlots(arch="x86_64", mode="native", total=2, busy=1),)
    return ClusterNode(
        node_id=node_id,
        host="h",
        address="",
        status=NodeStatus.IDLE,
        is_head=False,
        cpus=2,
        memory_bytes=7,
        slots=slots,
    )


def test_what_was_placed_on_a_node_that_is_gone_is_lost_and_answered_once() -> None:
    executor = RayExecutor()
    answers: dict[str, list[Lost]] = {"there": [], "gone": []}
    for name, heard in answers.items():
        executor._running[name] = heard.append
        executor._placed[name] = f"node {name}"
    for _ in range(2):
        executor._give_up_what_is_gone([cluster_node("node there"), cluster_node("node other")])
    assert {name: [lost.node_died for lost in heard] for name, heard in answers.items()} == {
        "there": [],
        "gone": [True],
    }
    executor._running.clear()
    executor.close()


def test_explanations_are_given_up_when_a_node_goes_but_not_when_it_was_to_go() -> None:
    executor = RayExecutor()
    heard: list[Lost] = []
    a, b = cluster_node("a"), cluster_node("b")
    there = [a, b]
    executor._cluster = cast("Cluster", SimpleNamespace(live_nodes=lambda: there, want_slots=lambda _slots: None))
    executor._running["explain lib"] = heard.append
    executor._placed["explain lib"] = ""
    for nodes in ([a, b], [a, replace(b, status=NodeStatus.DRAINING)], [a]):
        there[:] = nodes
        executor.workers()
    assert heard == []
    there[:] = [b]
    for _ in range(2):
        executor.workers()
    assert [lost.node_died for lost in heard] == [True]
    assert not executor._placed
    executor.close()


def test_a_cluster_is_asked_for_slots_where_that_changes_and_for_none_at_the_end() -> None:
    asked: list[object] = []
    executor = RayExecutor()
    executor._cluster = cast("Cluster", SimpleNamespace(want_slots=asked.append))
    for slots in ({"x86_64": 2}, {"x86_64": 2}, {"x86_64": 1}):
        executor.want_slots(slots)
    executor.close()
    assert asked == [{"x86_64": 2}, {"x86_64": 1}, {}]


def test_a_run_ends_well_though_the_head_of_its_cluster_is_gone() -> None:
    def gone(_slots: object) -> None:
        raise ClusterUnreachableError("the head does not answer")

    executor = RayExecutor()
    executor._cluster = cast("Cluster", SimpleNamespace(want_slots=gone))
    executor._wanted = {"x86_64": 1}
    executor.close()
    assert executor._closed


def test_a_head_that_is_gone_is_told_before_ray_is_given_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first task of a kind makes Ray ask the head something: it waits for a minute, and ends the process."""

    def gone() -> None:
        raise ClusterUnreachableError("the head does not answer")

    submitted = Submitted()
    monkeypatch.setattr("scheduler.ray_executor.build_remotely", submitted)
    executor = RayExecutor()
    executor._cluster = cast("Cluster", SimpleNamespace(require_head=gone, want_slots=lambda _slots: None))
    executor._started = True
    with pytest.raises(ClusterUnreachableError):
        executor.build("build lib first 1", build_task(tmp_path), Place(worker="a", cpus=1), lambda _answer: None)
    assert submitted.asked == []
    executor._started = False
    executor.close()


def test_this_machine_stays_as_it_was_when_the_run_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds take from its disk, and that is counted elsewhere."""
    free = iter((100, 60))
    only = (ArchCapacity(arch="x86_64", emulated=False, slots=2),)
    monkeypatch.setattr(
        "scheduler.ray_executor.machine_capacity",
        lambda **_: Capacity(cpus=2, memory_bytes=9, arches=only, disk_bytes=next(free)),
    )
    executor = RayExecutor(scratch=tmp_path)
    assert [[it.disk_bytes for it in executor.workers()] for _ in range(2)] == [[100], [100]]
    executor.close()


def test_what_a_node_does_not_say_bounds_no_build() -> None:
    told = cluster_node("a")
    assert (_worker(told).memory_bytes, _worker(told).disk_bytes) == (7, UNBOUNDED)
    silent = replace(told, memory_bytes=0, disk_bytes=5, status=NodeStatus.DRAINING)
    assert (_worker(silent).memory_bytes, _worker(silent).disk_bytes, _worker(silent).slots) == (
        UNBOUNDED,
        5,
        (("x86_64", 1),),
    )


class Submitted:
    """Takes what Ray would be asked for, and never answers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []

    def options(self, **asked: object) -> "Submitted":
        self.asked.append(asked)
        return self

    def remote(self, _task: BuildTask) -> "Submitted":
        return self


def test_ray_sets_aside_what_a_place_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several runs share a cluster, and each counts for itself alone; a node that says no memory is asked for none."""
    submitted = Submitted()
    monkeypatch.setattr("scheduler.ray_executor.build_remotely", submitted)
    executor = RayExecutor()
    monkeypatch.setattr(executor, "_start", lambda: None)
    monkeypatch.setattr(executor._answers, "watch", lambda _reference, _done: None)
    executor._with_memory = {"ab" * 28}
    for worker in ("ab" * 28, "cd" * 28, THIS_MACHINE):
        place = Place(worker=worker, cpus=8, may_use=12, memory_bytes=7)
        executor.build(worker, build_task(tmp_path), place, lambda _answer: None)
    assert [(asked["num_cpus"], asked["resources"]) for asked in submitted.asked] == [(8, {"build-x86_64": 1})] * 3
    assert [asked.get("memory") for asked in submitted.asked] == [7, None, None]
    executor._running.clear()
    executor.close()


def build_task(root: Path) -> BuildTask:
    inputs = node_inputs()
    request = BuildRequest(
        inputs=inputs.build, source_rpm=inputs.source_rpm, variation=variation("first"), limits=BuildLimits()
    )
    return BuildTask(site=site(root), request=request, lock=inputs.lock, live_log=root / "log", cancel=root / "cancel")
