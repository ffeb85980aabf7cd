"""A cluster of `farm worker start` processes on this machine, each a node; also in network namespaces of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import randbelow
from typing import Self

import msgspec

from farm.environment import inherited
from farm.identity import random_name
from scheduler.cli.worker import WorkerRow
from scheduler.node_start import own_address

IP = "/usr/sbin/ip"

TOKEN = "7e57" * 8
"""The token of every cluster of the tests: they end with their test."""


def wait_for(condition: Callable[[], bool], seconds: float = 120.0, *, what: str = "") -> float:
    """Wait until something is so, and return the seconds that took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() < begin + seconds, f"it did not happen within {seconds} s: {what}"
        time.sleep(0.1)
    return time.monotonic() - begin


@dataclass(kw_only=True)
class NodeProcess:
    """A running `farm worker start`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.said()
        return " is up" in self.said()

    def kill(self) -> None:
        """Kill the whole node as a power cut would."""
        victims = [self.process.pid, *descendants(self.process.pid)]
        while victims:
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            victims = [found for pid in victims for found in descendants(pid)]
        self.process.wait()


@dataclass(kw_only=True)
class RayCluster:
    """Nodes that are ended with the test.

    Attributes:
        address: HOST:PORT of the head.
        spaces: network namespace of each node, by name; none lets all share the machine's.
    """

    root: Path
    address: str
    cache: Path
    spaces: Sequence[str] = ()
    nodes: dict[str, NodeProcess] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for node in reversed(list(self.nodes.values())):
            node.kill()

    @property
    def environment(self) -> dict[str, str]:
        return {**inherited(), "FARM_CACHE": str(self.cache), "RAY_AUTH_TOKEN": TOKEN, "NO_COLOR": "1"}

    def within(self, name: str) -> list[str]:
        """Return what runs a command where a node is."""
        space = next((space for space in self.spaces if space.endswith(f"-{name}")), None)
        return [IP, "netns", "exec", space] if space else []

    def start(self, name: str, *arguments: str) -> NodeProcess:
        """Start a node, and wait until it is up."""
        log = self.root / f"{name}.log"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*self.within(name), *FARM, "worker", "start", "--address", self.address, *arguments],
                env=self.environment,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        node = self.nodes[name] = NodeProcess(name=name, process=process, log=log)
        wait_for(node.is_up, what=f"{name} is up")
        return node

    def cut_off(self, name: str) -> None:
        """Take a node's network away: it lives on and is silent."""
        (*_, space) = self.within(name)
        _ip("-n", space, "link", "set", "eth0", "down")

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a `farm worker` command where the head is."""
        argv = [*self.within("head"), *FARM, "-O", "json", "worker", *arguments, "--address", self.address]
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == status, done.stderr
        return done

    def workers(self) -> list[WorkerRow]:
        """Return what `farm worker list` shows."""
        return msgspec.json.decode(self.run("list").stdout, type=list[WorkerRow])


FARM = (sys.executable, "-m", "farm")


def free_address() -> str:
    """Return an address of this machine, as others see it, with a port that nobody listens at."""
    try:
        host = own_address("192.0.2.1")
    except OSError:  # no route: then Ray, too, falls back on the loopback
        host = "127.0.0.1"
    with socket.socket() as asked:
        asked.bind((host, 0))
        return f"{host}:{asked.getsockname()[1]}"


@contextmanager
def network_namespaces(names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Make a network namespace for each name, all on one bridge, and give their addresses, by namespace.

    No two clusters of a machine have the same: Ray looks through all processes for who is at its address.

    Raises:
        OSError: the kernel refuses.
    """
    bridge = random_name("farm")[:11]
    net = f"10.231.{randbelow(256)}"
    spaces = [f"{bridge}-{name}" for name in names]
    made: list[str] = []
    try:
        made.append(f"{bridge}-net")
        _ip("netns", "add", made[0])
        _ip("-n", made[0], "link", "add", "br0", "type", "bridge")
        _ip("-n", made[0], "link", "set", "br0", "up")
        for number, space in enumerate(spaces, start=1):
            made.append(space)
            _ip("netns", "add", space)
            _ip("-n", space, "link", "add", "eth0", "type", "veth", "peer", "name", f"to{number}", "netns", made[0])
            _ip("-n", made[0], "link", "set", f"to{number}", "master", "br0", "up")
            _ip("-n", space, "addr", "add", f"{net}.{number}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")
            _ip("-n", space, "link", "set", "lo", "up")
        yield {space: f"{net}.{number}" for number, space in enumerate(spaces, start=1)}
    finally:
        for space in reversed(made):
            subprocess.run([IP, "netns", "del", space], check=False, capture_output=True)


def _ip(*arguments: str) -> None:
    done = subprocess.run([IP, *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def descendants(pid: int) -> list[int]:
    """Return the processes below one, in any depth."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found: list[int] = []
    queue = [pid]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def commands_below(pid: int) -> dict[int, str]:
    """Return the command lines of the processes below one, by process id."""
    found = {}
    for child in descendants(pid):
        try:
            words = (Path("/proc") / str(child) / "cmdline").read_bytes()
        except OSError:
            continue
        found[child] = words.replace(b"\0", b" ").decode(errors="replace").strip()
    return found
