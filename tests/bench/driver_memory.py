"""What the driver of a whole distribution holds: graph, machine, ledger, Ray's client, and a run of no-op builds.

    PYTHONPATH=tests .venv/bin/python tests/bench/driver_memory.py [NODES]

All 15,118 nodes of Azure Linux 4.0 for two architectures are known and in the machine; so many of them are built before
the run is drained (all, where no number is given). Builds make what their specs say.
"""

import resource
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.distribution import Distribution, read_distribution
from builders.known_inputs import known_inputs_driver, prepared_as
from builders.local_ray import local_ray
from builders.noop_builds import AT_ONCE, NoOpExecutor

from farm.build import BuiltRpm
from farm.clock import SystemClock
from farm.errors import FarmError
from farm.garbage import collect_rarely
from farm.ledger.ledger import Ledger
from farm.source_package import BinaryPackage, SpecFacts
from farm.states import NodeState
from farm.store.artifact_store import ArtifactStore
from scheduler import messages, node_judging
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.preparation import Prepared
from scheduler.retry import RetryPolicy
from scheduler.worker_node import WorkerNode

ARCHES = ("x86_64", "aarch64")
_KIB_PER_MIB = 1024


class TwoArches(NoOpExecutor):
    """Carries builds for both architectures to Ray."""

    def workers(self) -> Sequence[WorkerNode]:
        """Return one machine with many slots of each."""
        return (WorkerNode(name="here", cpus=2 * AT_ONCE, slots=tuple((arch, AT_ONCE) for arch in sorted(ARCHES))),)


class Bounded(Machine):
    """A machine that is drained after so many nodes."""

    left = 0

    def handle(self, event: messages.Event) -> list[messages.Instruction]:
        """Count nodes that are judged."""
        if isinstance(event, messages.Judged):
            self.left -= 1
            if self.left == 0:
                return [*super().handle(event), *super().handle(messages.DrainRequested(why="enough"))]
        return super().handle(event)


class Promised(KnownGraph):
    """A graph that what is built changes nothing of; what was learned is kept all the same."""

    def __init__(self, distribution: Distribution) -> None:
        super().__init__(facts=distribution.facts, seed_provides=distribution.seed_provides, requires={})
        self._made: dict[Node, Sequence[BinaryPackage]] = {}

    def learn_packages(self, made: Mapping[Node, Sequence[BinaryPackage]]) -> bool:
        """Keep what nodes made."""
        self._made.update(made)
        return False


def as_promised(facts: Mapping[Node, SpecFacts]) -> None:
    """Have builds make what their specs say: packages of their own in memory, as those that are read are."""

    def packages(store: ArtifactStore, rpms: Sequence[BuiltRpm]) -> tuple[BinaryPackage, ...]:
        del store
        nevra = rpms[0].nevra
        return tuple(
            BinaryPackage(name=it.name, provides=(*it.provides,), requires=(*it.requires,))
            for it in facts[Node(nevra.name, nevra.arch)].packages
        )

    node_judging.real_packages = packages  # type: ignore[attr-defined] # the store has no metadata of them


def main() -> None:
    """Drive, and print the most memory that was held at each stage."""
    collect_rarely()  # as the command does
    distribution = read_distribution(ARCHES)
    facts = dict(distribution.facts)
    _say(f"{len(facts)} specs read")
    known = Promised(distribution)
    needs = known.needs()
    _say("graph")
    prepared: dict[str, Prepared | FarmError] = {
        name: prepared_as(name, {arch: facts[Node(name, arch)] for arch in ARCHES if Node(name, arch) in facts})
        for name in sorted({node.component for node in facts})
    }
    machine = Bounded(needs=needs, policy=Policy(), variations=VARIATIONS, retry=RetryPolicy(), keep_going=True)
    machine.left = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    _say(f"machine of {len(needs)} nodes")
    as_promised(facts)
    clock, executor = SystemClock(), TwoArches(keeps=False)
    with (
        local_ray(),
        TemporaryDirectory(prefix="farm-bench-") as top,
        Ledger.open(Path(top) / "ledger.sqlite") as ledger,
        closing(executor),
    ):
        _say("Ray's client")
        driver = known_inputs_driver(
            Path(top),
            ledger,
            machine=machine,
            known=known,
            prepared=prepared,
            executor=executor,
        )
        began = clock.monotonic()
        done = sum(outcome.state is NodeState.REPRODUCIBLE for outcome in driver.run())
        _say(f"{done} nodes built twice and judged in {clock.monotonic() - began:.0f} s")


def _say(what: str) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_PER_MIB
    sys.stdout.write(f"{what}: {peak} MiB at most\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
