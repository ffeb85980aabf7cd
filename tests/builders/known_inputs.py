"""A run of components whose inputs are known at once: nothing is rendered and nothing solved. For benches."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from builders.builds import digest

from farm.build import BuildLimits, BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.clock import SystemClock
from farm.errors import FarmError
from farm.ledger.ledger import Ledger
from farm.node_inputs import NodeInputs
from farm.paths import CachePaths, StatePaths
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.store.directory_store import DirectoryStore
from farm.verdict import Verdict
from scheduler.driver import Driver
from scheduler.executor import Executor
from scheduler.known_graph import KnownGraph
from scheduler.leases import BuildLeases
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.preparation import Prepared
from scheduler.report import SilentReporter
from scheduler.surroundings import Surroundings
from workers.site import Site


class KnownInputs:
    """Gives inputs at once."""

    def resolve(self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]) -> NodeInputs:
        """Return the inputs of a node."""
        del built
        return inputs_of(node, prepared)

    def solve_only(self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]) -> NodeInputs:
        """Return the inputs of a node."""
        del built
        return inputs_of(node, prepared)

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """Nothing is learned."""


def inputs_of(node: Node, prepared: Prepared) -> NodeInputs:
    """Return inputs with an empty buildroot."""
    return prepared.inputs(node.arch, BuildrootLock(arch=node.arch, layers=()))


def prepared_as(name: str, facts: Mapping[str, SpecFacts]) -> Prepared:
    """Return a component whose source RPM is there."""
    nevra = next(iter(facts.values())).source
    return Prepared(
        source=RenderedSource(component=name, files=(), epoch=0),
        source_rpm=SourceRpm(component=name, nevra=nevra, digest=digest(f"{name}.src"), size=1),
        facts=dict(facts),
    )


def known_inputs_driver(
    top: Path,
    ledger: Ledger,
    *,
    machine: Machine,
    known: KnownGraph,
    prepared: Mapping[str, Prepared | FarmError],
    executor: Executor,
    settled: Mapping[Node, Verdict] | None = None,
) -> Driver:
    """Return the driver of a new run over all nodes of the graph.

    Args:
        top: directory of the store, and of everything else that lies in files.
    """
    site = Site(state=StatePaths(root=top), cache=CachePaths(root=top / "cache"), repositories={})
    clock = SystemClock()
    return Driver(
        run_id=ledger.begin_run("bench", "", "build"),
        machine=machine,
        known=known,
        resolver=KnownInputs(),
        prepared=prepared,
        wanted=list(known.needs()),
        settled=settled,
        surroundings=Surroundings(
            ledger=ledger,
            leases=BuildLeases(ledger, clock),
            store=DirectoryStore(top / "store"),
            executor=executor,
            reporter=SilentReporter(),
            clock=clock,
            sites=lambda _arch: site,
            limits=BuildLimits(),
        ),
    )
