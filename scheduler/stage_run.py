"""A run of a stage: the machine driven round by round, until nothing changes or the bound is met."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from farm.build import BuiltRpm
from farm.clock import SystemClock
from farm.errors import FarmError
from farm.ledger.values import NodeOutcome
from farm.node_inputs import load_inputs
from farm.states import NodeState
from farm.verdict import Verdict
from scheduler.assembly import Assembly
from scheduler.bootstrap_resolver import BootstrapResolver
from scheduler.driver import Driver
from scheduler.executor import Executor
from scheduler.known_graph import KnownGraph
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.policy import Policy
from scheduler.preparation import Prepared, first_round
from scheduler.report import Reporter
from scheduler.retry import RetryPolicy
from scheduler.rounds import Made, RoundsLeftError, build_in_rounds
from scheduler.rounds_record import RoundsRecord
from scheduler.run_control import RunControl
from scheduler.run_lease import OpenRun
from scheduler.surroundings import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """A run of a stage: its rounds, one after the other.

    Attributes:
        waived: nodes that the project lets through though they are not reproducible.
        settled: verdicts on nodes that need not be looked at in the first round; see `Planner.settled`.
        keep_going: go on with what needs no failed build.
        reporter: opens what shows a person a drive of so many nodes.
        tell: is given a line about each round.
    """

    assembly: Assembly
    run: OpenRun
    known: KnownGraph
    prepared: dict[str, Prepared | FarmError]
    policy: Policy
    waived: frozenset[Node]
    settled: Mapping[Node, Verdict]
    keep_going: bool
    reporter: Callable[[int], AbstractContextManager[Reporter]]
    tell: Callable[[str], None]

    def build(self, wanted: Sequence[Node], executor: Executor, rounds: int) -> Sequence[NodeOutcome]:
        """Build round by round until nothing changes.

        Raises:
            NotSettledError: something still changes in the last round.
            RoundsLeftError: nothing failed, and the run was told to end before its stage had settled.
        """
        ledger = self.assembly.farm.ledger()
        control = RunControl(ledger, self.run.run_id)
        record = RoundsRecord(ledger, self.run.run_id, self.run.leases)
        outcomes = build_in_rounds(
            self._drive(self.known.needs(wanted), executor, {}, control, first=True),
            drive=lambda this: self._drive(self._needs_in(this.nodes), executor, this.previous, control),
            made=self._made,
            dependents=lambda node: self.known.graph.descendants(node),  # noqa: PLW0108 - the graph grows
            most=rounds,
            tell=self.tell,
            record=record,
            goes_on=lambda outcomes: not control.ending and (self.keep_going or self._all_usable(outcomes)),
        )
        if control.ending and not record.settled and self._all_usable(outcomes):
            raise RoundsLeftError(
                "the run ended before its stage had settled",
                why=control.ending,
                hint="the next farm build goes on from there; until then, publishing keeps what has settled",
            )
        return outcomes

    def _needs_in(self, nodes: frozenset[Node]) -> dict[Node, frozenset[Node]]:
        self.known.begin_later_round()
        return {
            node: frozenset(self.known.graph.providers(node)) & nodes
            for node in self.known.graph.nodes
            if node in nodes
        }

    def _made(self, outcomes: Sequence[NodeOutcome]) -> dict[Node, Made]:
        """Return what the nodes have made that others may use."""
        ledger, store = self.assembly.farm.ledger(), self.assembly.farm.store()
        usable = {
            Node(it.component, it.arch): it.build_id
            for it in outcomes
            if it.build_id is not None and self._is_usable(it)
        }
        verdicts = ledger.verdicts(usable.values())
        found = {}
        for node, build_id in usable.items():
            inputs = load_inputs(store, build_id)
            if build_id in verdicts and inputs is not None:
                found[node] = Made(lock=inputs.lock, rpms=verdicts[build_id].rpms, bootstrap=inputs.bootstrap)
        return found

    def _is_usable(self, outcome: NodeOutcome) -> bool:
        return outcome.state is NodeState.REPRODUCIBLE or (
            outcome.state is NodeState.UNREPRODUCIBLE and Node(outcome.component, outcome.arch) in self.waived
        )

    def _all_usable(self, outcomes: Sequence[NodeOutcome]) -> bool:
        return all(map(self._is_usable, outcomes))

    def _drive(
        self,
        needs: Mapping[Node, frozenset[Node]],
        executor: Executor,
        previous: Mapping[Node, tuple[BuiltRpm, ...]],
        control: RunControl,
        *,
        first: bool = False,
    ) -> Sequence[NodeOutcome]:
        assembly = self.assembly
        settled = self.settled if first else {}
        bootstraps = first_round(self.prepared, self.known.bootstraps) if first else {}
        machine = Machine(
            needs={node: found for node, found in needs.items() if node not in settled},
            policy=self.policy,
            variations=VARIATIONS,
            retry=RetryPolicy(),
            keep_going=self.keep_going,
            waived=self.waived,
        )
        with self.reporter(len(needs)) as reporter:
            driver = Driver(
                run_id=self.run.run_id,
                machine=machine,
                known=self.known,
                resolver=BootstrapResolver(assembly.resolver, bootstraps),
                prepared=self.prepared,
                wanted=list(needs),
                surroundings=Surroundings(
                    ledger=assembly.farm.ledger(),
                    leases=self.run.leases,
                    store=assembly.farm.store(),
                    executor=executor,
                    reporter=reporter,
                    clock=SystemClock(),
                    sites=assembly.site,
                    limits=assembly.limits,
                ),
                previous=previous,
                control=control,
                settled={node: verdict for node, verdict in settled.items() if node in needs},
            )
            return driver.run()
