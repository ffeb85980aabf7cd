from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from builders.fake_clock import FakeClock
from builders.source_tasks import made_by, source_task

from farm import running_programs
from farm.errors import FarmError, InfrastructureError
from scheduler.executor import Lost
from scheduler.remote_tasks import RemoteTasks, TaskLostError
from scheduler.worker_node import WorkerNode
from workers.spec_errors import SpecError
from workers.tasks import MadeSource, SourceTask

SourceAnswer = MadeSource | FarmError | Lost
Answer = Callable[[SourceTask], SourceAnswer | None]
Remote = RemoteTasks[SourceTask, MadeSource]


def node(name: str, arch: str = "x86_64", *, slots: int = 2, draining: bool = False) -> WorkerNode:
    return WorkerNode(name=name, cpus=4, slots=((arch, slots),), draining=draining)


class Cluster:
    """Answers tasks one after the other as it was told; with None, not at all."""

    def __init__(self, *answers: Answer, nodes: Sequence[WorkerNode] = (node("a"),)) -> None:
        self.answers = list(answers)
        self.nodes = list(nodes)
        self.keys: list[str] = []

    def workers(self) -> Sequence[WorkerNode]:
        return self.nodes

    def make_source(self, key: str, task: SourceTask, done: Callable[[SourceAnswer], None]) -> None:
        self.keys.append(key)
        answer = self.answers.pop(0)(task)
        if answer is not None:
            done(answer)


def refuse(_task: SourceTask) -> MadeSource:
    raise AssertionError("this machine was not to do it")


def remote(
    cluster: Cluster, here: Callable[[SourceTask], MadeSource] = refuse, clock: FakeClock | None = None
) -> Remote:
    return RemoteTasks(
        cluster.workers,
        cluster.make_source,
        names=lambda task: f"source RPM of {task.source.component}",
        arch_of=lambda task: task.tools.arch,
        here=here,
        clock=clock or FakeClock(),
    )


def test_a_worker_makes_it(tmp_path: Path) -> None:
    task = source_task(tmp_path)
    assert remote(Cluster(made_by))(task) == made_by(task)


def test_what_is_lost_or_the_fault_of_a_machine_is_done_again(tmp_path: Path) -> None:
    task = source_task(tmp_path)
    cluster = Cluster(lambda _: Lost(why="x"), lambda _: InfrastructureError("disk full"), made_by)
    assert remote(cluster)(task) == made_by(task)
    assert cluster.keys == [f"source RPM of hello ({number})" for number in (1, 2, 3)]


def test_what_is_lost_each_time_is_an_error_of_the_component(tmp_path: Path) -> None:
    cluster = Cluster(*[lambda _: Lost(why="worker lost: it died")] * 3)
    with pytest.raises(TaskLostError) as caught:
        remote(cluster)(source_task(tmp_path))
    assert (caught.value.what, caught.value.why) == (
        "no worker could bring the source RPM of hello",
        "worker lost: it died",
    )


def test_what_is_wrong_with_a_spec_is_told_at_once_and_as_it_is(tmp_path: Path) -> None:
    error = SpecError("hello.spec:3: rpm cannot use this spec", why="words", hint="h")
    with pytest.raises(SpecError) as caught:
        remote(Cluster(lambda _: error))(source_task(tmp_path))
    assert caught.value is error


def test_without_a_machine_of_the_architecture_this_one_does_it(tmp_path: Path) -> None:
    task = source_task(tmp_path)
    nodes = [node("other", "aarch64"), node("leaves", draining=True)]
    assert remote(Cluster(nodes=nodes), made_by)(task) == made_by(task)


def test_where_the_last_such_machine_goes_this_one_takes_over(tmp_path: Path) -> None:
    """Ray itself would wait for another one for ever."""
    task, clock = source_task(tmp_path), FakeClock()
    cluster = Cluster()

    def go(_task: SourceTask) -> None:
        cluster.nodes.clear()
        clock.sleep(10)

    cluster.answers = [go]
    assert remote(cluster, made_by, clock)(task) == made_by(task)


def test_where_a_machine_goes_silent_another_one_is_given_the_task_too(tmp_path: Path) -> None:
    task, clock = source_task(tmp_path), FakeClock()
    cluster = Cluster(nodes=[node("a"), node("b")])

    def go(_task: SourceTask) -> None:
        del cluster.nodes[0]
        clock.sleep(10)

    cluster.answers = [go, made_by]
    assert remote(cluster, clock=clock)(task) == made_by(task)
    assert len(cluster.keys) == 2


def test_an_answer_of_ray_that_one_of_two_is_lost_does_not_end_the_other(tmp_path: Path) -> None:
    task, clock = source_task(tmp_path), FakeClock()
    cluster = Cluster(nodes=[node("a"), node("b"), node("c")])
    lost: list[Callable[[], None]] = []

    def start(key: str, begun: SourceTask, done: Callable[[SourceAnswer], None]) -> None:
        cluster.keys.append(key)
        if len(cluster.keys) == 1:
            del cluster.nodes[0]
            clock.sleep(10)
            lost.append(lambda: done(Lost(why="its node died")))
        elif len(cluster.keys) == 2:
            lost.pop()()
            del cluster.nodes[0]
            clock.sleep(10)
        else:
            done(made_by(begun))

    cluster.make_source = start  # type: ignore[method-assign, assignment] # a cluster of its own kind
    assert remote(cluster, clock=clock)(task) == made_by(task)
    assert len(cluster.keys) == 3


def test_a_machine_that_drains_ends_what_it_has(tmp_path: Path) -> None:
    task, clock = source_task(tmp_path), FakeClock()
    cluster = Cluster(nodes=[node("a"), node("b")])
    later: list[Callable[[], None]] = []

    def start(key: str, begun: SourceTask, done: Callable[[SourceAnswer], None]) -> None:
        cluster.keys.append(key)
        cluster.nodes[0] = node("a", draining=True)
        clock.sleep(10)
        later.append(lambda: done(made_by(begun)))

    def workers() -> Sequence[WorkerNode]:
        if clock.monotonic() > 20:
            later.pop()()
        clock.sleep(5)
        return cluster.nodes

    cluster.make_source = start  # type: ignore[method-assign, assignment] # as above
    cluster.workers = workers  # type: ignore[method-assign] # as above
    assert remote(cluster, clock=clock)(task) == made_by(task)
    assert len(cluster.keys) == 1


@pytest.mark.parametrize("begun", [0, 1])
def test_an_interrupted_command_waits_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: int) -> None:
    still = iter([True] * begun)
    monkeypatch.setattr(running_programs, "may_begin", lambda: next(still, False))
    cluster = Cluster(*[lambda _: None] * 3)
    with pytest.raises(TaskLostError, match="interrupted"):
        remote(cluster)(source_task(tmp_path))
    assert len(cluster.keys) == begun


def test_as_many_at_once_as_the_cluster_has_slots_for() -> None:
    nodes = [node("a", slots=3), node("b", slots=9), node("c", "aarch64"), node("d", draining=True)]
    assert remote(Cluster(nodes=nodes)).at_once("x86_64") == 3 + 4
    assert remote(Cluster(nodes=[])).at_once("x86_64") == 1
    assert remote(Cluster(nodes=[node(str(n)) for n in range(500)])).at_once("x86_64") == 64
