"""Builds that wait for nothing but room: started as the machines of an executor have it, without a run."""

from collections.abc import Callable, Iterator, Mapping
from queue import SimpleQueue

from farm.build import BuildResult
from scheduler.demand import Demand
from scheduler.executor import BuildDone, Executor, Lost
from scheduler.next_answer import next_answer
from scheduler.node import Node
from scheduler.policy import Ask
from scheduler.ready_builds import Build, ReadyBuilds, Wish
from scheduler.worker_node import Place
from workers.tasks import BuildTask

_VARIATION = "again"

_Answers = SimpleQueue[tuple[Node, BuildResult | Lost]]


def build_in_turn(
    tasks: Mapping[Node, Callable[[Place], BuildTask]],
    *,
    executor: Executor,
    demands: Mapping[Node, Demand],
    meanwhile: Callable[[], None],
) -> Iterator[tuple[Node, BuildResult | Lost]]:
    """Yield each node with the answer to its build, as they come; what no machine has room for was lost.

    Args:
        tasks: gives the task for a place.
        demands: what is set aside for each build.
        meanwhile: is called every second or so while builds run; what it raises ends this.
    """
    ready = ReadyBuilds()

    def look() -> None:
        meanwhile()
        ready.set_workers(executor.workers())  # who looks is told, too, that what ran on one that is gone is lost

    look()
    for node in sorted(tasks):
        wish = Wish(ask=Ask(), rank=0.0, seconds=0.0, demand=demands[node])
        ready.push(Build(node, _VARIATION), wish)
    answers: _Answers = SimpleQueue()
    running: set[Node] = set()
    while True:
        for build, place in ready.startable():
            running.add(build.node)
            done = _deliver(answers, build.node)
            executor.build(f"build {build.node} again", tasks[build.node](place), place, done)
        if not running:
            break
        node, answer = next_answer(answers, look)
        running.discard(node)
        ready.end(Build(node, _VARIATION))
        yield node, answer
    for node in sorted(tasks):
        if ready.waits(Build(node, _VARIATION)):
            megabytes = demands[node].memory_bytes >> 20
            yield node, Lost(why=f"no machine builds for {node.arch} with {megabytes} MiB of memory")


def _deliver(answers: _Answers, node: Node) -> BuildDone:
    return lambda answer: answers.put((node, answer))
