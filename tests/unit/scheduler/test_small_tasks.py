import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from builders.source_tasks import TOOLS, made_by, requires_task, source_task

from farm.errors import FarmError
from scheduler import small_tasks
from scheduler.executor import Lost
from scheduler.small_tasks import tasks_here, tasks_on
from scheduler.worker_node import WorkerNode
from workers.capacity import machine_capacity
from workers.tasks import MadeSource, RequiresTask, SourceTask


class Cluster:
    """One node for x86_64, which answers at once."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def workers(self) -> Sequence[WorkerNode]:
        return [WorkerNode(name="a", cpus=40, slots=(("x86_64", 30),))]

    def make_source(self, key: str, task: SourceTask, done: Callable[[MadeSource | FarmError | Lost], None]) -> None:
        self.keys.append(key)
        done(made_by(task))

    def generate_requires(
        self, key: str, task: RequiresTask, done: Callable[[tuple[str, ...] | FarmError | Lost], None]
    ) -> None:
        self.keys.append(key)
        done((task.lock.arch, "remote"))


def test_a_cluster_does_what_it_builds_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_tasks, "run_generate", lambda task: (task.lock.arch, "here"))
    cluster = Cluster()
    tasks = tasks_on(cluster, source_arch=TOOLS.arch)
    assert tasks.make_source(source_task(tmp_path)) == made_by(source_task(tmp_path))
    assert tasks.generate(requires_task(tmp_path)) == ("x86_64", "remote")
    assert tasks.generate(requires_task(tmp_path, "aarch64")) == ("aarch64", "here")
    assert cluster.keys == ["source RPM of hello (1)", "generated BuildRequires of hello.x86_64 (1)"]
    assert tasks.sources_at_once == 30


def test_this_machine_runs_as_many_rounds_as_it_has_cpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cpus = machine_capacity().cpus
    lock, running, most = threading.Lock(), 0, 0
    full = threading.Event()

    def generate(_task: RequiresTask) -> tuple[str, ...]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == cpus:
                full.set()
        assert full.wait(30)
        with lock:
            running -= 1
        return ()

    monkeypatch.setattr(small_tasks, "run_generate", generate)
    tasks = tasks_here()
    with ThreadPoolExecutor(3 * cpus) as pool:
        assert list(pool.map(tasks.generate, [requires_task(tmp_path)] * 3 * cpus)) == [()] * 3 * cpus
    assert most == cpus
