from dataclasses import replace

from scheduler.demand import Demand
from scheduler.node import Node
from scheduler.policy import Ask, Urgency
from scheduler.ready_builds import Build, ReadyBuilds, Wish
from scheduler.worker_node import WorkerNode


def build(name: str, variation: str = "first") -> Build:
    return Build(Node(name, "x86_64"), variation)


def wish(rank: float = 0.0, urgency: Urgency = Urgency.REQUEST, requester: str = "", order: int = 0) -> Wish:
    return Wish(ask=Ask(urgency=urgency, requester=requester), rank=rank, seconds=10.0, demand=Demand(), order=order)


def queue(slots: int) -> ReadyBuilds:
    made = ReadyBuilds()
    made.set_workers([WorkerNode(name="w", cpus=slots, slots=(("x86_64", slots),))])
    return made


def started(ready: ReadyBuilds) -> list[str]:
    return [found.node.component for found, _ in ready.startable()]


def test_classes_come_before_ranks() -> None:
    ready = queue(1)
    for name, rank, urgency in (
        ("mass", 9.0, Urgency.MASS),
        ("fix", 1.0, Urgency.SECURITY),
        ("asked", 5.0, Urgency.REQUEST),
    ):
        ready.push(build(name), wish(rank, urgency))
    order = []
    for _ in range(3):
        order += started(ready)
        ready.end(build(order[-1]))
    assert order == ["fix", "asked", "mass"]


def test_of_equal_rank_what_verifies_yields() -> None:
    ready = queue(2)
    ready.push(build("a", "second"), wish(order=1))
    ready.push(build("b"), wish())
    ready.push(build("c"), wish())
    assert started(ready) == ["b", "c"]


def test_a_build_that_is_taken_back_is_not_started() -> None:
    ready = queue(1)
    ready.push(build("a"), wish())
    ready.discard(build("a"))
    assert (len(ready), started(ready)) == (0, [])


def test_another_wish_replaces_the_first() -> None:
    ready = queue(1)
    ready.push(build("a"), wish(1.0))
    ready.push(build("b"), wish(2.0))
    ready.push(build("a"), wish(3.0, Urgency.SECURITY))
    assert (started(ready), len(ready)) == (["a"], 1)


def test_idle_time_gives_no_claim() -> None:
    ready = queue(1)
    order: list[str] = []
    for number in range(20):
        ready.push(build(f"old{number:02}"), wish(requester="old"))
    for _ in range(10):
        order += started(ready)
        ready.end(build(order[-1]))
    for number in range(5):
        ready.push(build(f"new{number}"), wish(requester="new"))
    for _ in range(10):
        order += started(ready)
        ready.end(build(order[-1]))
    assert sum(name.startswith("new") for name in order[10:]) == 5
    assert sum(name.startswith("new") for name in order[10:14]) == 2


def test_what_waits_and_what_runs_wants_slots() -> None:
    ready = queue(1)
    for name in ("a", "b", "c"):
        ready.push(build(name), wish())
    (running,) = started(ready)
    assert ready.wanted_slots() == {"x86_64": 3}
    ready.end(build(running))
    assert ready.wanted_slots() == {"x86_64": 2}


def places(ready: ReadyBuilds) -> dict[str, tuple[int, int]]:
    return {found.node.component: (place.cpus, place.may_use) for found, place in ready.startable()}


def test_a_lone_build_may_use_what_idles() -> None:
    ready = queue(8)
    ready.push(build("a"), wish())
    assert places(ready) == {"a": (1, 8)}
    ready.push(build("b"), wish())
    assert places(ready) == {"b": (1, 7)}


def test_builds_that_wait_have_their_share_of_what_idles() -> None:
    ready = queue(8)
    for name in "abcdefgh":
        ready.push(build(name), wish())
    assert set(places(ready).values()) == {(1, 1)}
    for name in "abcdefgh":
        ready.end(build(name))
    ready.push(build("big"), replace(wish(1.0), demand=Demand(cpus=3)))
    ready.push(build("small"), wish())
    assert places(ready) == {"big": (3, 5), "small": (1, 5)}


def verifying(avoid: str) -> Wish:
    return replace(wish(order=1), avoid=avoid)


def test_what_verifies_prefers_another_machine_and_does_not_wait_for_it() -> None:
    ready = ReadyBuilds()
    ready.set_workers([WorkerNode(name=name, cpus=2, slots=(("x86_64", 2),)) for name in ("one", "two")])
    for name in ("a", "b", "c"):
        ready.push(build(name, "second"), verifying("one"))
    assert [place.worker for _, place in ready.startable()] == ["two", "two", "one"]


def test_what_verifies_goes_before_what_is_less_on_the_critical_path() -> None:
    """Whoever needs a component waits for both of its builds: on the critical path, neither yields to what is not."""
    ready = queue(1)
    ready.push(build("long", "second"), wish(9.0, order=1))
    ready.push(build("leaf"), wish(1.0))
    ready.push(build("longer"), wish(10.0))
    order = []
    for _ in range(3):
        ((found, _),) = ready.startable()
        order.append(found.node.component)
        ready.end(found)
    assert order == ["longer", "long", "leaf"]
