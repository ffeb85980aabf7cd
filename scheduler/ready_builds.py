"""Builds that may begin, in the order of the policy, and the machines they are given. No I/O.

They wait in lanes: builds of one lane are alike in class, requester, architecture and demand, so that only the first of
each lane has to be looked at. There are a few dozen lanes, however many builds wait.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from scheduler.demand import Demand
from scheduler.node import Node
from scheduler.policy import Ask, Urgency
from scheduler.worker_node import Place, WorkerNode
from scheduler.worker_pool import WorkerPool

_PATIENCE = 32
"""So many builds may overtake one that finds no room; then a machine is kept free for it."""


class Build(NamedTuple):
    """One of the builds of a node."""

    node: Node
    variation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the policy says of a build.

    Attributes:
        rank: larger first.
        seconds: expected; what fairness counts.
        order: 0 for the first build of a node, more for those that verify it: of equal rank they yield.
        avoid: the machine that another build of the node had: one that errs would err twice.
    """

    ask: Ask
    rank: float
    seconds: float
    demand: Demand
    order: int = 0
    avoid: str = ""


class _Lane(NamedTuple):
    urgency: Urgency
    requester: str
    arch: str
    demand: Demand


class _Entry(NamedTuple):
    neg_rank: float
    order: int
    number: int
    build: Build
    wish: Wish


@dataclass(slots=True)
class _Reservation:
    """A machine that is kept free for a build."""

    worker: str
    build: Build


@dataclass(slots=True)
class _Shares:
    """Seconds that each requester was given, as start-time fair queueing counts them."""

    given: dict[str, float] = field(default_factory=dict)
    now: float = 0.0

    def enter(self, requester: str) -> None:
        """Let a requester join who had nothing waiting: idle time gives no claim."""
        self.given[requester] = max(self.given.get(requester, 0.0), self.now)

    def charge(self, requester: str, seconds: float) -> None:
        self.now = max(self.now, self.given[requester])
        self.given[requester] += seconds


class ReadyBuilds:
    """The queue of a run and its machines."""

    def __init__(self) -> None:
        self._pool = WorkerPool()
        self._lanes: dict[_Lane, list[_Entry]] = {}
        self._live: dict[Build, tuple[int, _Lane]] = {}
        self._running: dict[Build, tuple[Place, Demand]] = {}
        self._shares = _Shares()
        self._waiting_of: dict[str, int] = {}
        self._numbers = count()
        self._passed: dict[Build, int] = {}
        self._reserved: dict[str, _Reservation] = {}

    def __len__(self) -> int:
        """Return how many builds wait."""
        return len(self._live)

    def set_workers(self, workers: Iterable[WorkerNode]) -> None:
        """Use these machines from now on."""
        self._pool.set_workers(workers)
        self._reserved.clear()

    def push(self, build: Build, wish: Wish) -> None:
        """Let a build wait; one that waits already waits by the new wish."""
        self.discard(build)
        lane = _Lane(wish.ask.urgency, wish.ask.requester, build.node.arch, wish.demand)
        number = next(self._numbers)
        self._live[build] = (number, lane)
        if not self._waiting_of.get(lane.requester):
            self._shares.enter(lane.requester)
        self._waiting_of[lane.requester] = self._waiting_of.get(lane.requester, 0) + 1
        heapq.heappush(self._lanes.setdefault(lane, []), _Entry(-wish.rank, wish.order, number, build, wish))

    def discard(self, build: Build) -> None:
        """Let a build wait no more."""
        found = self._live.pop(build, None)
        self._passed.pop(build, None)
        if found is not None:
            self._waiting_of[found[1].requester] -= 1
        reservation = self._reserved.get(build.node.arch)
        if reservation is not None and reservation.build == build:
            self._pool.release(self._reserved.pop(build.node.arch).worker)

    def wanted_slots(self) -> Counter[str]:
        """Return how many builds of each architecture wait or run: slots for them all would leave none waiting."""
        return Counter([*(lane.arch for _, lane in self._live.values()), *(build.node.arch for build in self._running)])

    def waits(self, build: Build) -> bool:
        """Tell whether a build waits."""
        return build in self._live

    def fits_nowhere(self, arch: str, demand: Demand) -> bool:
        """Tell whether no machine, were it empty, could take a build without swapping."""
        return self._pool.fitted(arch, demand) is None

    @property
    def never_fits_later(self) -> bool:
        """Whether what fits nowhere now never will: no other machine may join."""
        return self._pool.is_alone

    def startable(self) -> Iterator[tuple[Build, Place]]:
        """Yield what begins now, with its place, which is taken: `end` gives it back."""
        while not self._pool.is_full or self._reserved:
            chosen = self._choose()
            if chosen is None:
                return
            entry, lane, place, demand = chosen
            heapq.heappop(self._lanes[lane])
            self.discard(entry.build)
            self._shares.charge(lane.requester, entry.wish.seconds * demand.cpus)
            self._pool.take(place.worker, lane.arch, demand)
            self._running[entry.build] = (place, demand)
            yield entry.build, place

    def end(self, build: Build) -> None:
        """Give back the place of a build that ended; nothing where it had none."""
        running = self._running.pop(build, None)
        if running is not None:
            self._pool.free(running[0].worker, build.node.arch, running[1])

    def _choose(self) -> tuple[_Entry, _Lane, Place, Demand] | None:
        overtaken: list[tuple[_Entry, _Lane, Demand]] = []
        for entry, lane in self._heads():
            demand = self._pool.fitted(lane.arch, lane.demand)
            if demand is None:
                continue
            worker = self._worker_for(entry, lane.arch, demand)
            if not worker:
                overtaken.append((entry, lane, demand))
                continue
            self._count_overtaken(overtaken, lane.arch)
            return entry, lane, self._place(worker, demand), demand
        return None

    def _place(self, worker: str, demand: Demand) -> Place:
        """Return a place, with a share of what idles beside it: the builds that wait have theirs in it."""
        waiting_here = -(-(len(self._live) - 1) // max(len(self._pool), 1))
        idle = max(self._pool.idle_cpus(worker) - demand.cpus, 0)
        return Place(
            worker=worker,
            cpus=demand.cpus,
            may_use=demand.cpus + idle // (1 + waiting_here),
            memory_bytes=demand.memory_bytes,
            disk_bytes=demand.disk_bytes,
        )

    def _worker_for(self, entry: _Entry, arch: str, demand: Demand) -> str:
        reservation = self._reserved.get(arch)
        mine = reservation is not None and reservation.build == entry.build
        if reservation is not None and mine and self._pool.fits(reservation.worker, arch, demand):
            return reservation.worker
        return self._pool.find(arch, demand, entry.wish.avoid)

    def _count_overtaken(self, overtaken: Iterable[tuple[_Entry, _Lane, Demand]], arch: str) -> None:
        """Keep a machine free for a build that others of its architecture have overtaken too often."""
        for entry, lane, demand in overtaken:
            if lane.arch != arch:
                continue
            passed = self._passed[entry.build] = self._passed.get(entry.build, 0) + 1
            if passed > _PATIENCE and arch not in self._reserved:
                worker = self._pool.set_aside(arch, demand)
                if worker:
                    self._reserved[arch] = _Reservation(worker, entry.build)

    def _heads(self) -> list[tuple[_Entry, _Lane]]:
        """Return the first build of each lane, best first."""
        heads = []
        for lane in list(self._lanes):
            entries = self._lanes[lane]
            while entries and self._live.get(entries[0].build) != (entries[0].number, lane):
                heapq.heappop(entries)
            if entries:
                heads.append((entries[0], lane))
            else:
                del self._lanes[lane]
        given = self._shares.given
        heads.sort(key=lambda head: (head[1].urgency, given[head[1].requester], head[0][:3]))
        return heads
