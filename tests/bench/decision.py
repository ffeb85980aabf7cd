"""How long one scheduling decision takes with 10,000 ready nodes, and how much memory the driver's core holds.

    PYTHONPATH=tests .venv/bin/python tests/bench/decision.py [WORKERS]

Ready nodes are of two architectures, three classes, four requesters and five kinds of demand. A decision is one event,
the end of a build on a full farm, until the instructions for it are there.
"""

import resource
import statistics
import sys
from itertools import product

from builders.vector_graph import heavy_tailed, vector_needs

from farm.build import BuildOutcome
from farm.clock import SystemClock
from farm.digest import digest_bytes
from scheduler import messages
from scheduler.demand import Demand
from scheduler.durations import Duration, Durations
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.policy import Ask, Policy, Urgency
from scheduler.retry import RetryPolicy
from scheduler.worker_node import WorkerNode

READY = 10_000
DECISIONS = 5_000
ARCHES = ("aarch64", "x86_64")


def machine(nodes: list[Node]) -> Machine:
    """Return a machine in which all nodes may be built at once."""
    kinds = list(product(Urgency, "abcd"))
    demands = [Demand(cpus=cpus, memory_bytes=memory) for cpus, memory in ((1, 1), (1, 2), (2, 2), (2, 4), (4, 8))]
    seconds = heavy_tailed(nodes)
    return Machine(
        needs={node: frozenset() for node in nodes},
        policy=Policy(
            durations=Durations(known={node: Duration(seconds=value) for node, value in seconds.items()}),
            asks={
                node: Ask(urgency=kinds[number % 12][0], requester=kinds[number % 12][1])
                for number, node in enumerate(nodes)
            },
            demands={node: demands[number % 5] for number, node in enumerate(nodes)},
        ),
        variations=("first", "second"),
        retry=RetryPolicy(),
        keep_going=True,
        resolving_at_once=READY,
    )


def decisions(core: Machine, running: list[messages.StartBuild]) -> list[float]:
    """End builds one by one and return what each decision took."""
    clock = SystemClock()
    took = []
    for number in range(DECISIONS):
        build = running.pop(number * 7919 % len(running))
        event = messages.BuildEnded(
            node=build.node,
            variation=build.variation,
            attempt=build.attempt,
            outcome=BuildOutcome.SUCCEEDED,
            why="",
        )
        began = clock.monotonic()
        found = core.handle(event)
        took.append(clock.monotonic() - began)
        running += [it for it in found if isinstance(it, messages.StartBuild)]
    return took


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    nodes = [Node(f"n{number:05}", ARCHES[number % 2]) for number in range(READY)]
    core = machine(nodes)
    slots = tuple((arch, 8) for arch in ARCHES)
    workers = tuple(WorkerNode(name=f"w{number:04}", cpus=8, memory_bytes=16, slots=slots) for number in range(count))
    core.handle(messages.WorkersChanged(workers=workers))
    core.start()
    running: list[messages.StartBuild] = []
    for node in nodes:
        resolved = messages.Resolved(node=node, build_id=digest_bytes(str(node).encode()), built=(), verdict=None)
        running += [it for it in core.handle(resolved) if isinstance(it, messages.StartBuild)]
    took = sorted(decisions(core, running))
    sys.stdout.write(
        f"decision with {READY} ready nodes, {count} machines: median {statistics.median(took) * 1000:.3f} ms, "
        f"p99 {took[len(took) * 99 // 100] * 1000:.3f} ms, worst {took[-1] * 1000:.1f} ms\n"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    needs = vector_needs(ARCHES)
    whole = Machine(needs=needs, policy=Policy(), variations=("first", "second"), retry=RetryPolicy(), keep_going=True)
    began = SystemClock().monotonic()
    out = whole.start()
    seconds = SystemClock().monotonic() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(
        f"machine of {len(needs)} nodes: start {seconds * 1000:.0f} ms, {len(out)} instructions; "
        f"peak of the process {after / 1024:.0f} MiB, {(after - before) / 1024:.0f} MiB of it for this machine\n"
    )


if __name__ == "__main__":
    main()
