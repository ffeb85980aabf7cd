"""How near a run on the real graph comes to what no order can beat, with other orders beside it.

    PYTHONPATH=tests .venv/bin/python tests/bench/makespan.py [WORKERS ...]

The graph is the static one of Azure Linux 4.0 (7,559 components, each built twice), cut by its seed; durations are
log-normal with a heavy tail. Workers have one slot. Ratios are to the lower bound: the critical path, or the work
spread evenly, whichever is larger. `misjudged` is the farm's order where builds take other times than was expected
(factor exp(N(0, 0.5))), over the bound of the times that they really took.
"""

import sys

from builders.other_rankings import first_come, longest_unweighted, most_dependents
from builders.vector_graph import heavy_tailed, vector_needs

from farm.clock import SystemClock
from scheduler.demand import Demand
from scheduler.durations import Duration, Durations
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.policy import (
    NodeNeeds,
    Policy,
    Ranking,
    longest_remaining,
)
from scheduler.retry import RetryPolicy
from scheduler.simulator.bounds import bounds
from scheduler.simulator.simulation import Simulation
from scheduler.simulator.world import Chances, World
from scheduler.worker_node import WorkerNode

VARIATIONS = ("first", "second")
ORDERS: tuple[tuple[str, Ranking], ...] = (
    ("farm", longest_remaining),
    ("FIFO", first_come),
    ("most dependents", most_dependents),
    ("unweighted", longest_unweighted),
)


def one_slot_workers(count: int) -> tuple[WorkerNode, ...]:
    """Return so many machines with one slot each."""
    return tuple(WorkerNode(name=f"w{number:04}", cpus=1, slots=(("x86_64", 1),)) for number in range(count))


def simulated(
    needs: NodeNeeds, seconds: dict[Node, float], workers: tuple[WorkerNode, ...], ranking: Ranking, chances: Chances
) -> float:
    """Return the seconds of a simulated run."""
    policy = Policy(
        durations=Durations(known={node: Duration(seconds=value) for node, value in seconds.items()}),
        demand=Demand(),
        ranking=ranking,
    )
    machine = Machine(
        needs=needs, policy=policy, variations=VARIATIONS, retry=RetryPolicy(), keep_going=True, patience=1e9
    )
    return Simulation(machine, World(workers=workers, seconds=seconds, chances=chances)).run().seconds


def main() -> None:
    """Print the table."""
    needs = vector_needs()
    seconds = heavy_tailed(list(needs))
    chances = Chances(seed=7, spread=0.5)
    longer = {
        node: value * max(chances.factor(node, variation) for variation in VARIATIONS)
        for node, value in seconds.items()
    }
    mean = {
        node: value * sum(chances.factor(node, variation) for variation in VARIATIONS) / len(VARIATIONS)
        for node, value in seconds.items()
    }
    clock = SystemClock()
    names = [name for name, _ in ORDERS]
    sys.stdout.write(f"{'workers':>8} {'bound':>9}" + "".join(f" {name:>16}" for name in [*names, "misjudged"]) + "\n")
    for count in [int(word) for word in sys.argv[1:]] or [16, 64, 256, 1000]:
        workers = one_slot_workers(count)
        began = clock.monotonic()
        lower = bounds(needs, seconds, workers, builds=2).lower
        ratios = [simulated(needs, seconds, workers, ranking, Chances()) / lower for _, ranking in ORDERS]
        real = max(bounds(needs, longer, workers, builds=2).critical_path, bounds(needs, mean, workers, builds=2).work)
        ratios.append(simulated(needs, seconds, workers, longest_remaining, chances) / real)
        row = "".join(f" {ratio:>16.3f}" for ratio in ratios)
        sys.stdout.write(f"{count:>8} {lower / 3600:>8.2f}h{row}   ({clock.monotonic() - began:.0f} s)\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
