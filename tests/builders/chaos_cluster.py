"""A cluster whose processes are there to be killed: a head and two workers, in network namespaces of their own."""

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from builders.chaos_run import ChaosRun, driver_environment
from builders.chaos_stage import ARCH
from builders.ray_cluster import IP, NodeProcess, RayCluster, commands_below, network_namespaces

WORKERS = ("one", "two")
SLOTS = "2"
_SERVER = "gcs_server"
MOST_PER_NODE = 2
"""A build whose workers died once more would be taken for what kills them."""


class ChaosCluster(RayCluster):
    """A cluster with hands to kill parts of it and to bring them back."""

    @property
    def environment(self) -> dict[str, str]:
        return driver_environment(super().environment)

    def start_head(self) -> None:
        self.start("head", "--head")

    def start_worker(self, name: str) -> None:
        self.start(name, "--arch", ARCH, "--slots", SLOTS, "--memory", "4G")

    def mend(self) -> None:
        """Start what is not there, as systemd does with a unit that ended; no driver may run."""
        if not self._lives("head"):
            for name in ("head", *WORKERS):
                self._sweep(name)
            self.nodes.clear()
            self.start_head()
        self.mend_workers()

    def mend_workers(self) -> None:
        """Start the workers that are not there."""
        for name in WORKERS:
            if not self._lives(name):
                self._sweep(name)
                self.start_worker(name)

    def _lives(self, name: str) -> bool:
        node = self.nodes.get(name)
        return node is not None and node.process.poll() is None and (name != "head" or bool(_programs(node, _SERVER)))

    def _sweep(self, name: str) -> None:
        """Kill all that is left of a node: what outlives the death of its parent is of its namespace all the same."""
        space = self.within(name)[3]
        for pid in subprocess.run([IP, "netns", "pids", space], check=True, capture_output=True).stdout.split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        node = self.nodes.pop(name, None)
        if node is not None:
            node.process.wait()

    def kill_node(self, name: str, run: ChaosRun) -> bool:
        self.nodes[name].kill()
        return run.count("node")

    def kill_raylet(self, name: str, run: ChaosRun) -> bool:
        """Kill what runs a worker's Ray; the node ends of it."""
        node = self.nodes[name]
        struck = sum(run.kill(pid, "raylet") for pid in _programs(node, "raylet")) > 0
        node.process.wait(60)
        return struck

    def kill_head(self, run: ChaosRun) -> bool:
        """Kill the head's server: the whole cluster ends of it."""
        return sum(run.kill(pid, "head") for pid in _programs(self.nodes["head"], _SERVER)) > 0

    def kill_build(self, run: ChaosRun, chance: random.Random, killed: dict[str, int]) -> bool:
        """Kill a process that builds something whose processes did not die too often; tell whether there was one."""
        found = sorted(
            (words.split()[1], pid)
            for name in WORKERS
            if name in self.nodes
            for pid, words in commands_below(self.nodes[name].process.pid).items()
            if words.startswith("ray::build ")
        )
        allowed = [(node, pid) for node, pid in found if killed.get(node, 0) < MOST_PER_NODE]
        if not allowed:
            return False
        node, pid = chance.choice(allowed)
        killed[node] = killed.get(node, 0) + 1
        return run.kill(pid, "Ray worker")


def _programs(node: NodeProcess, name: str) -> list[int]:
    return [
        pid for pid, words in commands_below(node.process.pid).items() if words and Path(words.split()[0]).name == name
    ]


@contextmanager
def chaos_cluster(root: Path, *, cache: Path | None = None) -> Iterator[ChaosCluster]:
    """Start one.

    Args:
        cache: that its nodes build with; an empty one where None.

    Raises:
        OSError: the kernel refuses network namespaces.
    """
    with network_namespaces(["head", *WORKERS]) as spaces:
        head = next(address for space, address in spaces.items() if space.endswith("-head"))
        with ChaosCluster(
            root=root, address=f"{head}:6379", cache=cache or root / "cache", spaces=[*spaces]
        ) as cluster:
            cluster.mend()
            yield cluster
