from scheduler.build_queue import BuildQueue
from scheduler.node import Node

A, B, ARM = Node("a", "x86_64"), Node("b", "x86_64"), Node("a", "aarch64")


def started(queue: BuildQueue) -> list[tuple[Node, str]]:
    found = []
    for node, variation in queue.startable():
        queue.occupy(node.arch)
        found.append((node, variation))
    return found


def test_the_longest_path_begins_first_with_all_its_builds() -> None:
    queue = BuildQueue({B: 2.0}, ("first", "second"))
    for node in (A, B):
        queue.push(node, "second")
        queue.push(node, "first")
    assert queue.waiting(A) == {"first", "second"}
    queue.set_slots("x86_64", 3)
    assert started(queue) == [(B, "first"), (B, "second"), (A, "first")]
    assert queue.waiting(A) == {"second"}
    queue.free("x86_64")
    assert started(queue) == [(A, "second")]


def test_architectures_have_slots_of_their_own_and_none_until_told() -> None:
    queue = BuildQueue({}, ("first",))
    queue.push(A, "first")
    queue.push(ARM, "first")
    assert started(queue) == []
    queue.set_slots("aarch64", 1)
    assert started(queue) == [(ARM, "first")]
    queue.clear()
    queue.set_slots("x86_64", 1)
    assert started(queue) == []
