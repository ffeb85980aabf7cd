from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from builders.builds import build_result, variation
from builders.node_inputs import node_inputs
from builders.source_tasks import site

from farm.build import BuildLimits
from scheduler.builds_in_turn import build_in_turn
from scheduler.demand import Demand
from scheduler.executor import BuildDone, ExplainDone, Lost
from scheduler.node import Node
from scheduler.worker_node import Place, WorkerNode
from workers.build import BuildRequest
from workers.tasks import BuildTask, ExplainTask

GIB = 2**30


def idle() -> None:
    """Do nothing while builds run."""


class Machines:
    """Runs what it is given until it is told to end one, or nothing more is given."""

    def __init__(self, *workers: WorkerNode) -> None:
        self.nodes = workers
        self.running: dict[str, tuple[Place, BuildDone]] = {}
        self.most = 0
        self.memory = 0

    def workers(self) -> Sequence[WorkerNode]:
        return self.nodes

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        del task
        self.running[key] = (place, done)
        self.most = max(self.most, len(self.running))
        self.memory = max(self.memory, sum(each.memory_bytes for each, _ in self.running.values()))
        if len(self.running) == 2:
            self.end_all()

    def end_all(self) -> None:
        for key in list(self.running):
            self.running.pop(key)[1](build_result(key))

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        raise NotImplementedError

    def want_slots(self, slots: Mapping[str, int]) -> None:
        raise NotImplementedError

    def cancel(self, key: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def tasks(root: Path, nodes: Sequence[Node]) -> dict[Node, Callable[[Place], BuildTask]]:
    inputs = node_inputs()
    request = BuildRequest(
        inputs=inputs.build, source_rpm=inputs.source_rpm, variation=variation("third"), limits=BuildLimits()
    )
    task = BuildTask(site=site(root), request=request, lock=inputs.lock, live_log=root, cancel=root)
    return dict.fromkeys(nodes, lambda _place: task)


def test_no_more_run_together_than_have_room(tmp_path: Path) -> None:
    machines = Machines(WorkerNode(name="w", cpus=8, memory_bytes=5 * GIB, slots=(("x86_64", 8),)))
    nodes = [Node(f"n{number}", "x86_64") for number in range(6)]
    demands = {node: Demand(memory_bytes=2 * GIB) for node in nodes}

    answers = dict(build_in_turn(tasks(tmp_path, nodes), executor=machines, demands=demands, meanwhile=idle))

    assert sorted(answers) == nodes
    assert not any(isinstance(answer, Lost) for answer in answers.values())
    assert (machines.most, machines.memory) == (2, 4 * GIB)


def test_what_fits_nowhere_is_said_and_holds_up_nothing(tmp_path: Path) -> None:
    machines = Machines(WorkerNode(name="w", cpus=8, memory_bytes=4 * GIB, slots=(("x86_64", 8),)))
    big, foreign, one, two = (
        Node(*it) for it in (("big", "x86_64"), ("f", "aarch64"), ("a", "x86_64"), ("b", "x86_64"))
    )
    demands = dict.fromkeys((foreign, one, two), Demand(memory_bytes=GIB))
    demands[big] = Demand(memory_bytes=8 * GIB, measured=True)

    answers = dict(
        build_in_turn(tasks(tmp_path, [big, foreign, one, two]), executor=machines, demands=demands, meanwhile=idle)
    )

    assert {node for node, answer in answers.items() if isinstance(answer, Lost)} == {big, foreign}
    assert answers[big] == Lost(why="no machine builds for x86_64 with 8192 MiB of memory")


def test_something_else_can_be_done_while_builds_run(tmp_path: Path) -> None:
    machines = Machines(WorkerNode(name="w", cpus=8, memory_bytes=4 * GIB, slots=(("x86_64", 8),)))
    nodes = [Node("a", "x86_64")]
    demands = {nodes[0]: Demand(memory_bytes=GIB)}

    answers = build_in_turn(tasks(tmp_path, nodes), executor=machines, demands=demands, meanwhile=machines.end_all)

    assert not isinstance(dict(answers)[nodes[0]], Lost)


def test_a_machine_that_is_gone_while_it_builds_is_noticed_and_one_that_came_is_used(tmp_path: Path) -> None:
    old, new = (WorkerNode(name=name, cpus=1, slots=(("x86_64", 1),)) for name in ("old", "new"))

    class Silent(Machines):
        """Says that a build was lost when somebody looks after its machine has gone."""

        def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
            del task
            if place.worker == "new":
                done(build_result(key))
                return
            self.nodes = (new,)
            self.running[key] = (place, done)

        def workers(self) -> Sequence[WorkerNode]:
            if self.nodes == (new,):
                for _, done in self.running.values():
                    done(Lost(why="its node is gone"))
                self.running.clear()
            return self.nodes

    nodes = [Node(name, "x86_64") for name in ("a", "b")]
    demands = dict.fromkeys(nodes, Demand())
    answers = dict(build_in_turn(tasks(tmp_path, nodes), executor=Silent(old), demands=demands, meanwhile=idle))

    assert isinstance(answers[nodes[0]], Lost)
    assert not isinstance(answers[nodes[1]], Lost)
