"""Carries out tasks on Ray, on this machine or a cluster. Ray holds no truth and never retries (design decision 5)."""

import contextlib
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from farm.errors import FarmError
from scheduler.cluster import Cluster, ClusterUnreachableError
from scheduler.cluster_node import ARCH_RESOURCE, ClusterNode, NodeStatus
from scheduler.executor import BuildDone, ExplainDone, Lost
from scheduler.ray_answers import RayAnswers
from scheduler.ray_library import (
    LocalRayletDiedError,
    NodeAffinitySchedulingStrategy,
    NodeDiedError,
    RayError,
    RaySystemError,
    WorkerCrashedError,
    ray,
)
from scheduler.ray_start import start_ray
from scheduler.ray_tasks import build_remotely, explain_remotely, generate_remotely, make_source_remotely
from scheduler.worker_node import UNBOUNDED, Place, WorkerNode
from workers.capacity import machine_capacity
from workers.tasks import BuildTask, ExplainTask, MadeSource, RequiresTask, SourceTask

T = TypeVar("T")

THIS_MACHINE = "this machine"
"""Name of the only worker of a run without a cluster."""

_ANYWHERE = ""
"""Where Ray put what may run on any node."""

_ENDED = Lost(why="the run has ended")
"""Answer to threads that still wait for a small task."""


class RayExecutor:
    """Runs tasks as Ray tasks, each on a node that announces its architecture.

    Ray starts with the first task: a run that finds everything built never pays for it.

    Args:
        address: of a cluster; empty starts Ray on this machine, and ends it on close. Ray that dies on this machine
            is started again with the next task.
        scratch: where this machine makes the disks of builds, which must hold them all.
    """

    def __init__(self, address: str = "", *, scratch: Path | None = None) -> None:
        self._address = address
        self._cluster: Cluster | None = None
        self._wanted: dict[str, int] = {}
        self._started = False
        self._silence = contextlib.ExitStack()
        self._died = False
        self._running: dict[str, Callable[[Lost], None]] = {}
        self._marks: dict[str, Path] = {}
        self._placed: dict[str, str] = {}
        self._steady: frozenset[str] = frozenset()
        self._with_memory: set[str] = set()
        self._scratch = scratch
        self._closed = False
        self._answers = RayAnswers()
        self._lock = threading.Lock()
        if address:
            self._cluster = Cluster(address)
            self._address = self._cluster.address
            self._start()

    def _start(self) -> None:
        if self._died:
            self._end_dead()
        if self._started:
            if self._cluster is not None:
                # The first task of a kind asks the head something, and would wait for one that is gone.
                self._cluster.require_head()
            return
        start_ray(self._address)
        # Ray tells of dead workers on standard output, which is for results; what matters of it comes as `Lost`.
        self._silence.enter_context(contextlib.redirect_stdout(io.StringIO()))
        self._started = True

    def _end_dead(self) -> None:
        """Leave a Ray that died. What still ran there is lost: its answer would never come."""
        self._answers.stop()
        ray.shutdown()
        self._silence.close()
        self._started = self._died = False
        with self._lock:
            lost, self._running = self._running, {}
        for done in lost.values():
            done(Lost(why="worker lost: Ray died", node_died=True))

    def workers(self) -> Sequence[WorkerNode]:
        """Return the machines that build now: this one, or those of the cluster."""
        if self._cluster is not None:
            nodes = self._cluster.live_nodes()
            self._give_up_what_is_gone(nodes)
            self._with_memory = {node.node_id for node in nodes if node.memory_bytes}
            return tuple(_worker(node) for node in nodes)
        return (self._this_machine,)

    @cached_property
    def _this_machine(self) -> WorkerNode:
        """This machine as it is when the run begins: what it builds takes from its disk."""
        capacity = machine_capacity(scratch=self._scratch)
        return WorkerNode(
            name=THIS_MACHINE,
            cpus=capacity.cpus,
            memory_bytes=capacity.memory_bytes,
            disk_bytes=capacity.disk_bytes or UNBOUNDED,
            slots=tuple(sorted((arch.arch, arch.slots) for arch in capacity.arches)),
            alone=True,
        )

    def _give_up_what_is_gone(self, nodes: Sequence[ClusterNode]) -> None:
        """Answer for builds on nodes that are gone: behind a silent connection Ray would wait much longer.

        So it would for explanations, and where these are is not known: all are given up when a node goes unasked.
        """
        live = frozenset(node.node_id for node in nodes)
        with self._lock:
            shrunk = not self._steady <= live
            gone = [
                key for key, worker in self._placed.items() if (shrunk if worker == _ANYWHERE else worker not in live)
            ]
            self._steady = frozenset(it.node_id for it in nodes if it.status is not NodeStatus.DRAINING)
            lost = [self._running.pop(key, None) for key in gone]
            for key in gone:
                del self._placed[key]
        for done in lost:
            if done is not None:
                done(Lost(why="worker lost: its node is gone", node_died=True))

    def want_slots(self, slots: Mapping[str, int]) -> None:
        """Ask the autoscaler of a cluster for so many slots; one without ignores that."""
        if self._cluster is None or slots == self._wanted:
            return
        self._wanted = dict(slots)
        self._cluster.want_slots(slots)

    def build(self, key: str, task: BuildTask, place: Place, done: BuildDone) -> None:
        """Start a build on a node of its architecture: the one it was given, where that is still there."""
        self._start()
        self._marks[key] = task.cancel
        resources = {ARCH_RESOURCE + task.request.inputs.arch: 1}
        options = {"num_cpus": place.cpus, "resources": resources, "name": key}
        if place.worker and place.worker != THIS_MACHINE:
            with self._lock:
                self._placed[key] = place.worker
            options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(place.worker, soft=True)
            if place.worker in self._with_memory:
                # Another run on this cluster counts for itself alone: Ray counts for both.
                options["memory"] = place.memory_bytes
        self._watch(key, build_remotely.options(**options).remote(task), done)

    def make_source(self, key: str, task: SourceTask, done: Callable[[MadeSource | FarmError | Lost], None]) -> None:
        """Start making a source RPM on any node that builds for the architecture of its tools."""
        if self._closed:
            done(_ENDED)
            return
        self._start()
        resources = {ARCH_RESOURCE + task.tools.arch: 1}
        self._watch(key, make_source_remotely.options(num_cpus=1, resources=resources, name=key).remote(task), done)

    def generate_requires(
        self, key: str, task: RequiresTask, done: Callable[[tuple[str, ...] | FarmError | Lost], None]
    ) -> None:
        """Start a round of `%generate_buildrequires` on any node that builds for its architecture."""
        if self._closed:
            done(_ENDED)
            return
        self._start()
        resources = {ARCH_RESOURCE + task.lock.arch: 1}
        self._watch(key, generate_remotely.options(num_cpus=1, resources=resources, name=key).remote(task), done)

    def explain(self, key: str, task: ExplainTask, done: ExplainDone) -> None:
        """Start explaining a difference on any node."""
        self._start()
        with self._lock:
            self._placed[key] = _ANYWHERE
        self._watch(key, explain_remotely.options(num_cpus=1, name=key).remote(task), done)

    def cancel(self, key: str) -> None:
        """Let the worker of a build end itself; its sandbox dies with it."""
        with self._lock:
            running = self._running.pop(key, None)
        if running is not None:
            self._mark(key)

    def close(self) -> None:
        """Leave the cluster, or end the local one. What still runs is ended: nobody waits for it any more."""
        self._closed = True
        with self._lock:
            left, self._running = self._running, {}
        for key, done in left.items():
            self._mark(key)
            done(_ENDED)
        if self._cluster is not None:
            # A head that is gone wants nothing any more.
            with contextlib.suppress(ClusterUnreachableError):
                self.want_slots({})
        self._answers.stop()
        if self._started:
            ray.shutdown()
        self._silence.close()
        for key, mark in self._marks.items():
            if key not in left or not self._address:
                mark.unlink(missing_ok=True)

    def _mark(self, key: str) -> None:
        mark = self._marks.get(key)
        if mark is not None:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()

    def _watch(self, key: str, reference: "ray.ObjectRef[T]", done: Callable[[T | Lost], None]) -> None:
        with self._lock:
            self._running[key] = done

        def finished(came: T | RayError) -> None:
            with self._lock:
                mine = self._running.pop(key, None) is not None
                self._placed.pop(key, None)
            answer = _lost(came) if isinstance(came, RayError) else came
            if isinstance(answer, Lost) and answer.node_died and not self._address:
                self._died = True
            if mine:
                done(answer)

        self._answers.watch(reference, finished)


def _lost(error: RayError) -> Lost:
    node_died = isinstance(error, NodeDiedError | LocalRayletDiedError | RaySystemError)
    worker_died = isinstance(error, WorkerCrashedError)
    return Lost(why=f"worker lost: {type(error).__name__}", node_died=node_died, worker_died=worker_died)


def _worker(node: ClusterNode) -> WorkerNode:
    """Return a node as the scheduler sees it; one that drains has the slots that it still uses."""
    draining = node.status is NodeStatus.DRAINING
    return WorkerNode(
        name=node.node_id,
        cpus=node.cpus,
        memory_bytes=node.memory_bytes or UNBOUNDED,
        disk_bytes=node.disk_bytes or UNBOUNDED,
        slots=tuple((slots.arch, slots.busy if draining else slots.total) for slots in node.slots),
        draining=draining,
    )
