"""Differences explained without a run: an executor is asked for as many at once as it has room for."""

from collections import Counter
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from scheduler.executor import Executor, Lost
from scheduler.next_answer import next_answer
from scheduler.node import Node
from scheduler.retry import EXPLAIN_ATTEMPTS
from workers.differ import Explanation
from workers.tasks import ExplainTask


def explain_all(
    tasks: Mapping[Node, ExplainTask], *, executor: Executor, meanwhile: Callable[[], None]
) -> dict[Node, Explanation]:
    """Return the explanations; a node is left out whose explanation was lost, again and again.

    Args:
        meanwhile: is called every second or so; what it raises ends this.
    """
    answers: SimpleQueue[tuple[Node, Explanation | Lost]] = SimpleQueue()
    attempts: Counter[Node] = Counter()

    def ask(node: Node) -> None:
        attempts[node] += 1
        key = f"explain {node} again {attempts[node]}"
        executor.explain(key, tasks[node], lambda answer: answers.put((node, answer)))

    def look() -> None:
        meanwhile()
        executor.workers()  # who looks is told that what ran on one that is gone is lost

    for node in sorted(tasks):
        ask(node)
    found: dict[Node, Explanation] = {}
    waiting = len(tasks)
    while waiting:
        node, answer = next_answer(answers, look)
        if isinstance(answer, Lost) and attempts[node] < EXPLAIN_ATTEMPTS:
            ask(node)
            continue
        waiting -= 1
        if isinstance(answer, Explanation):
            found[node] = answer
    return found
