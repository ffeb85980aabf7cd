from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from builders.builds import built_rpm, digest
from builders.rpm_facts import facts_of

from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.built_facts import save_facts
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.nevra import Nevra
from farm.node_inputs import NodeInputs, save_inputs
from farm.project.farm_settings import FarmSettings
from farm.source_package import BinaryPackage, RenderedSource, SourceFile, SourceRpm, SpecFacts
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from farm.verdict import Verdict, VerdictStatus
from scheduler.bootstraps import Declared
from scheduler.cached_table import CachedTable
from scheduler.known_graph import KnownGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.plan import Action, PlanNode
from scheduler.plan_memory import PlanMemory
from scheduler.planning import Planner
from scheduler.preparation import Prepared
from scheduler.quarantine import release
from scheduler.reasons import BootstrapFirst, Quarantined, UpToDate
from scheduler.resolution import MoreRequires
from scheduler.solved_before import SolvedBefore

NODE = Node("app", "x86_64")
LOCK = BuildrootLock(arch="x86_64", layers=())


def prepared(spec: str) -> Prepared:
    nevra = Nevra.parse("app-1-1.src")
    packages = (BinaryPackage(name="app", provides=(), requires=()),)
    return Prepared(
        source=RenderedSource(component="app", files=(SourceFile(name="app.spec", digest=digest(spec)),), epoch=0),
        source_rpm=SourceRpm(component="app", nevra=nevra, digest=digest(f"{spec}.src"), size=1),
        facts={
            "x86_64": SpecFacts(
                arch="x86_64", source=nevra, build_requires=(), dynamic=True, packages=packages, excluded=""
            )
        },
    )


class KnowsOnly:
    """A resolver that knows the inputs of some sources, and would have to run something for all others."""

    def __init__(self, *known: Prepared) -> None:
        self.known = {ready.source_rpm.digest for ready in known}

    def solve_only(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires | None:
        assert built == {}
        return inputs(prepared) if prepared.source_rpm.digest in self.known and node == NODE else None


class Never(KnowsOnly):
    """A resolver that is not to be asked."""

    def solve_only(
        self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
    ) -> NodeInputs | MoreRequires | None:
        del node, prepared, built
        raise AssertionError("solved again")


def inputs(ready: Prepared) -> NodeInputs:
    return ready.inputs("x86_64", LOCK)


class Recorded:
    """A state directory in which a source was built once."""

    def __init__(self, tmp_path: Path, ready: Prepared, status: VerdictStatus = VerdictStatus.REPRODUCIBLE) -> None:
        self.ledger = Ledger.open(tmp_path / "ledger.sqlite")
        self.store = DirectoryStore(tmp_path / "store")
        self.record(ready, status)

    def record(self, ready: Prepared, status: VerdictStatus = VerdictStatus.REPRODUCIBLE) -> None:
        build_id = inputs(ready).build.build_id
        rpm = built_rpm("app-1-1.x86_64")
        save_inputs(self.store, inputs(ready))
        save_facts(self.store, [facts_of(rpm)])
        lease = self.ledger.acquire(f"build:{build_id}", this_process(), 60)
        assert lease is not None
        self.ledger.record_verdict(
            lease,
            Verdict(
                build_id=build_id,
                component="app",
                arch="x86_64",
                status=status,
                rpms=(rpm,),
                builds=("first", "second"),
                differences=(),
                causes=(),
                report=None,
                html_report=None,
            ),
        )
        outcome = NodeOutcome(
            component="app", arch="x86_64", state=NodeState(status), build_id=build_id, why="", seconds=1.0
        )
        self.ledger.record_outcome(self.ledger.begin_run("demo", "", "build"), outcome)

    def quarantine(self, ready: Prepared) -> None:
        """Record that a further build from a source killed what ran it."""
        save_inputs(self.store, inputs(ready))
        outcome = NodeOutcome(
            component="app",
            arch="x86_64",
            state=NodeState.INFRA_ERROR,
            build_id=inputs(ready).build.build_id,
            why="its worker died",
            seconds=1.0,
            quarantined=True,
        )
        self.ledger.record_outcome(self.ledger.begin_run("demo", "", "build"), outcome)

    def plan(self, ready: Prepared, resolver: KnowsOnly, memory: PlanMemory | None = None) -> PlanNode:
        known = KnownGraph(facts={NODE: ready.facts["x86_64"]}, seed_provides=lambda _need, _arch: "", requires={})
        return self.planner(ready, resolver, known, memory).plan(selected=None).nodes[0]

    def planner(
        self, ready: Prepared, resolver: KnowsOnly, known: KnownGraph, memory: PlanMemory | None = None
    ) -> Planner:
        return Planner(
            ledger=self.ledger,
            store=self.store,
            resolver=resolver,
            settings=FarmSettings(),
            prepared={"app": ready},
            known=known,
            today=date(2026, 1, 1),
            memory=memory,
        )


def test_the_same_inputs_are_reused(tmp_path: Path) -> None:
    ready = prepared("spec")
    assert Recorded(tmp_path, ready).plan(ready, KnowsOnly(ready)).action is Action.REUSE


def test_a_changed_spec_is_built_and_named(tmp_path: Path) -> None:
    changed = prepared("changed")
    node = Recorded(tmp_path, prepared("spec")).plan(changed, KnowsOnly(changed))
    assert node.action is Action.BUILD
    assert "SpecChanged" in repr(node.reasons)


def test_a_changed_spec_is_named_though_only_a_run_can_ask_what_it_requires(tmp_path: Path) -> None:
    node = Recorded(tmp_path, prepared("spec")).plan(prepared("changed"), KnowsOnly())
    assert node.action is Action.BUILD
    assert "SpecChanged" in repr(node.reasons)


def test_a_revert_is_what_was_judged_before(tmp_path: Path) -> None:
    before, between = prepared("spec"), prepared("changed")
    recorded = Recorded(tmp_path, before)
    recorded.record(between)
    assert recorded.plan(before, KnowsOnly(before, between)).action is Action.REUSE


@pytest.mark.parametrize("dynamic", [False, True])
def test_a_quarantined_node_says_so_and_how_it_is_released(tmp_path: Path, *, dynamic: bool) -> None:
    changed, edited = prepared("changed"), prepared("edited")
    recorded = Recorded(tmp_path, prepared("spec"))
    recorded.quarantine(changed)
    resolver = KnowsOnly() if dynamic else KnowsOnly(changed, edited)

    node = recorded.plan(changed, resolver)
    assert node.action is Action.BLOCKED
    told = "in quarantine: its worker died; farm run release -p app lets it be tried again"
    assert node.reasons == (Quarantined(why=told),)
    assert recorded.plan(edited, resolver).action is Action.BUILD, "with other inputs, it is another build"

    release(recorded.ledger, [NODE], by="ann", why="")
    assert recorded.plan(changed, resolver).action is Action.BUILD


def test_what_begins_a_cycle_is_planned_from_its_bootstrap_source(tmp_path: Path) -> None:
    first = replace(prepared("first"), bootstrap="tiny")
    full = replace(prepared("full"), first=first)
    needs_itself = replace(full.facts["x86_64"], build_requires=("app",))
    known = KnownGraph(
        facts={NODE: needs_itself},
        seed_provides=lambda _need, _arch: "",
        requires={},
        declared={NODE: Declared(bcond="tiny", known=Known(spec=first.facts["x86_64"]))},
    )
    recorded = Recorded(tmp_path, first)
    recorded.record(full)

    (node,) = recorded.planner(full, KnowsOnly(first), known).plan(selected=None).nodes

    assert node.action is Action.REUSE, "its newest build is the full one, and the first round's is there, too"
    assert node.reasons == (UpToDate(), BootstrapFirst(bcond="tiny", without=("app",)))


@pytest.mark.parametrize("built_in_full", [False, True])
def test_what_a_bootstrap_build_made_is_not_taken_for_what_a_full_one_makes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, built_in_full: bool
) -> None:
    """The newest build is that of a first round that was interrupted."""
    first = replace(prepared("first"), bootstrap="tiny")
    full = replace(prepared("full"), first=first)
    recorded = Recorded(tmp_path, full if built_in_full else first)
    if built_in_full:
        recorded.record(first)
    known = KnownGraph(facts={NODE: full.facts["x86_64"]}, seed_provides=lambda _need, _arch: "", requires={})
    learned: list[Node] = []
    monkeypatch.setattr(known, "learn_packages", learned.extend)

    recorded.planner(full, KnowsOnly(), known).learn_what_was_made()

    assert learned == [NODE] * built_in_full


def test_only_what_is_selected_and_what_that_needs_is_solved(tmp_path: Path) -> None:
    solved: list[str] = []

    class Counting(KnowsOnly):
        def solve_only(
            self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]
        ) -> NodeInputs | MoreRequires | None:
            del prepared, built
            solved.append(node.component)
            return None

    ready = prepared("spec")
    facts = ready.facts["x86_64"]
    planner = Planner(
        ledger=Ledger.open(tmp_path / "ledger.sqlite"),
        store=DirectoryStore(tmp_path / "store"),
        resolver=Counting(),
        settings=FarmSettings(),
        prepared={"app": ready, "other": ready},
        known=KnownGraph(
            facts={NODE: facts, Node("other", "x86_64"): facts}, seed_provides=lambda _need, _arch: "", requires={}
        ),
        today=date(2026, 1, 1),
    )
    assert [node.component for node in planner.plan(selected=[NODE]).nodes] == ["app"]
    assert solved == ["app"]


def memory(tmp_path: Path, context: str = "same") -> PlanMemory:
    scratch = tmp_path / "scratch"
    return PlanMemory(
        solved=SolvedBefore(CachedTable(tmp_path / "locks", str, scratch), lambda _arch: digest(context)),
        packages=CachedTable(tmp_path / "packages", BinaryPackage, scratch),
    )


def test_what_was_solved_once_is_not_solved_again_and_the_plan_is_the_same(tmp_path: Path) -> None:
    ready = prepared("spec")
    recorded = Recorded(tmp_path, ready)
    first = recorded.plan(ready, KnowsOnly(ready), memory(tmp_path))

    assert recorded.plan(ready, Never(), memory(tmp_path)) == first == recorded.plan(ready, KnowsOnly(ready))
    with pytest.raises(AssertionError, match="solved again"):
        recorded.plan(ready, Never(), memory(tmp_path, context="another seed"))
    with pytest.raises(AssertionError, match="solved again"):
        recorded.plan(prepared("changed"), Never(), memory(tmp_path))


def test_what_was_made_is_learned_for_a_preview_and_nothing_is_solved(tmp_path: Path) -> None:
    ready = prepared("spec")
    recorded = Recorded(tmp_path, ready)
    facts, user = ready.facts["x86_64"], Node("user", "x86_64")
    package = BinaryPackage(name="user", provides=(), requires=())
    known = KnownGraph(
        facts={
            NODE: replace(facts, source=Nevra.parse("app-0.9-1.src")),
            user: replace(facts, build_requires=("app >= 1",), packages=(package,)),
        },
        seed_provides=lambda _need, _arch: "seed-package",
        requires={},
    )
    assert known.graph.providers(user) == ()

    recorded.planner(ready, Never(), known, memory(tmp_path)).learn_what_was_made()

    assert known.graph.providers(user) == (NODE,), "the last build was of a greater version than the spec says"
    assert memory(tmp_path).packages.get(built_rpm("app-1-1.x86_64").digest) is not None


def test_what_is_remembered_counts_only_with_a_verdict(tmp_path: Path) -> None:
    ready = prepared("spec")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    Recorded(tmp_path / "one", ready).plan(ready, KnowsOnly(ready), memory(tmp_path))
    other = Recorded(tmp_path / "two", prepared("changed"))

    node = other.plan(ready, KnowsOnly(ready), memory(tmp_path))

    assert node.action is Action.BUILD
    assert "SpecChanged" in repr(node.reasons)


def test_a_run_need_not_look_at_what_passed_and_is_still_there(tmp_path: Path) -> None:
    ready = prepared("spec")
    recorded = Recorded(tmp_path, ready)
    known = KnownGraph(facts={NODE: ready.facts["x86_64"]}, seed_provides=lambda _need, _arch: "", requires={})
    planner = recorded.planner(ready, KnowsOnly(ready), known)
    plan = planner.plan(selected=None)
    assert planner.settled(plan) == {}, "its RPM is not in the store"

    recorded.store.put_bytes(b"app-1-1.x86_64 ")

    assert list(planner.settled(plan)) == [NODE]
    other = recorded.planner(prepared("changed"), KnowsOnly(prepared("changed")), known)
    assert other.settled(other.plan(selected=None)) == {}
