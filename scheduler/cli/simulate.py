"""`farm simulate`: what a run would take on machines that one may not have yet."""

import re
from collections.abc import Sequence
from graphlib import CycleError
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from farm.arch import arch_named
from farm.build import BuildLimits
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, emit_value, note
from farm.environment import user_name
from farm.errors import UsageError
from scheduler.assembly import Assembly, assemble
from scheduler.cli.finite_range import FiniteRange
from scheduler.cli.options import Selection, selectors
from scheduler.learned_durations import learn_durations
from scheduler.metadata_file import MetadataFile, MetadataInvalidError, MetadataReadError, read_stored
from scheduler.node import Node
from scheduler.past_builds import PastBuilds, read_past_builds
from scheduler.policy import Ask, NodeNeeds, Policy
from scheduler.report import duration
from scheduler.run_policy import run_policy
from scheduler.shortened import path_words
from scheduler.simulator.capacity_answer import Answer, ArchAnswer, Question, answer
from scheduler.simulator.world import Chances
from scheduler.worker_node import UNBOUNDED, WorkerNode
from workers.capacity import machine_capacity

_WORKERS = re.compile(r"(?P<arch>\w+)=(?P<count>[1-9]\d{0,4})(?:x(?P<slots>[1-9]\d{0,3}))?")
_MOST_SPREAD = 10.0
"""At it, one build in three takes twenty thousand times as long as expected, or as short."""

_SHOWN = 4

T = TypeVar("T")


class BadWorkersError(UsageError):
    """Machines were not named as ARCH=COUNT or ARCH=COUNTxSLOTS."""

    code = "CLI042"


class BadEdgesError(UsageError):
    """A file of edges cannot be read, or is no map of component to components, or has a cycle."""

    code = "CLI043"


COLUMNS: Sequence[Column[ArchAnswer]] = (
    Column("arch", lambda row: row.arch),
    Column("machines", lambda row: row.machines, right=True),
    Column("slots", lambda row: row.slots, right=True),
    Column("builds", lambda row: row.nodes, right=True),
    Column("work", lambda row: duration(row.work_seconds), right=True),
    Column("busy", lambda row: f"{row.busy:.0%}", right=True),
    Column("one more saves", lambda row: duration(max(row.one_more_saves, 0.0)), right=True),
)


@click.command()
@selectors
@click.option(
    "--workers",
    multiple=True,
    metavar="ARCH=COUNT[xSLOTS]",
    help="So many machines of an architecture, with so many slots each (1); this machine otherwise.",
)
@click.option("--memory", type=click.IntRange(1), metavar="GIB", help="Memory of each machine; unlimited otherwise.")
@click.option(
    "--spread",
    type=FiniteRange(0, _MOST_SPREAD),
    default=0.0,
    show_default=True,
    help="How far builds stray: sigma of the log of their time.",
)
@click.option(
    "--loss", type=FiniteRange(0, 1), default=0.0, show_default=True, help="Share of attempts whose worker is lost."
)
@click.option("--seed", default=0, show_default=True, help="Of chance: the same seed, the same run.")
@click.option(
    "--edges",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Instead of a project: JSON, perhaps gzipped, of component to the components it needs.",
)
@click.option(
    "--cut",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --edges: JSON list of components that the seed stands in for.",
)
@pass_farm
def simulate(  # noqa: PLR0913 - one argument an option
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    workers: tuple[str, ...],
    memory: int | None,
    spread: float,
    loss: float,
    seed: int,
    edges: Path | None,
    cut: Path | None,
) -> None:
    """Say how long a rebuild would take on some machines, what holds it up, and what one machine more would buy.

    The farm's own scheduler runs under a virtual clock, with durations learned from the ledger. Everything selected is
    built, twice; without a selector, the whole project. Nothing is built. With --edges, what the ledger knows of
    components of these names counts as well.
    """
    machines = machines_of(workers, memory)
    arches = tuple(sorted({name for worker in machines for name, _ in worker.slots}))
    past = read_past_builds(farm.ledger())
    ask = Ask(requester=user_name())
    if edges is not None:
        needs = needs_of(edges, cut, tuple(map(_arch, arch)) or arches)
        policy = run_policy(needs, learn_durations(past.samples, nodes=needs), past.uses, BuildLimits(), ask)
    else:
        selection = Selection(globs=component, groups=group, everything=everything or not (component or group))
        needs, policy = _of_project(assemble(farm, arch or (arches if workers else ())), selection, past, ask)
    unable = sorted({node.arch for node in needs} - set(arches))
    if unable:
        raise BadWorkersError(f"no machine builds for {', '.join(unable)}", hint=f"--workers {unable[0]}=COUNT")
    question = Question(
        needs=needs,
        policy=policy,
        seconds={node: policy.durations.seconds(node) for node in needs},
        workers=machines,
        chances=Chances(seed=seed, spread=spread, worker_dies=loss),
    )
    _emit(farm, _answer(question))


def _of_project(assembly: Assembly, selection: Selection, past: PastBuilds, ask: Ask) -> tuple[NodeNeeds, Policy]:
    """Return the needs of what is selected of a project, and the policy of building it."""
    selected = selection.nodes(assembly.project, assembly.arches)
    prepared = assembly.prepare()
    known = assembly.known_graph(prepared)
    nodes = known.graph.nodes
    policy = run_policy(nodes, assembly.durations(prepared, nodes, past), past.uses, assembly.limits, ask)
    return known.needs(selected), policy


def _answer(question: Question) -> Answer:
    try:
        return answer(question)
    except CycleError as exc:
        cycle = " -> ".join(map(str, exc.args[1][:_SHOWN]))
        raise BadEdgesError(
            "the edges have a cycle", why=cycle, hint="--cut names what the seed stands in for"
        ) from exc


def _emit(farm: FarmContext, found: Answer) -> None:
    if farm.output_format is OutputFormat.JSON:
        emit_value(farm, found)
        return
    emit_rows(farm, found.arches, COLUMNS)
    note(farm, f"takes {duration(found.seconds)}; no order of builds takes less than {duration(found.bound)}")
    note(farm, f"held up by: {found.bottleneck}")
    note(farm, f"critical path: {duration(found.critical_path_seconds)}: {path_words(found.critical_path)}")


def machines_of(specs: Sequence[str], memory: int | None) -> tuple[WorkerNode, ...]:
    """Return the machines that a command line names; this one where it names none.

    Raises:
        BadWorkersError: one is not ARCH=COUNT[xSLOTS].
    """
    room = memory * 2**30 if memory else UNBOUNDED
    if not specs:
        own = machine_capacity()
        announced = tuple(sorted((it.arch, it.slots) for it in own.arches))
        return (WorkerNode(name="this", cpus=own.cpus, memory_bytes=room, slots=announced),)
    found: list[WorkerNode] = []
    for number, spec in enumerate(specs):
        match = _WORKERS.fullmatch(spec)
        if match is None:
            raise BadWorkersError(f"{spec!r} names no machines", hint="as in --workers x86_64=16x8: ARCH=COUNTxSLOTS")
        arch, slots = _arch(match["arch"]), int(match["slots"] or 1)
        found += [
            WorkerNode(name=f"{arch}-{number}-{each:05}", cpus=slots, memory_bytes=room, slots=((arch, slots),))
            for each in range(int(match["count"]))
        ]
    return tuple(found)


def needs_of(edges: Path, cut: Path | None, arches: Sequence[str]) -> NodeNeeds:
    """Return the needs of all components of a file of edges, without those that the seed stands in for.

    Raises:
        BadEdgesError: a file cannot be read, or is something else.
    """
    known = _read(edges, dict[str, list[str]])
    seed = set(_read(cut, list[str])) if cut is not None else set[str]()
    return {
        Node(name, arch): frozenset(Node(it, arch) for it in found if it in known and it not in seed and it != name)
        for arch in arches
        for name, found in sorted(known.items())
    }


def _read(path: Path, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(MetadataFile(name=path.name, data=read_stored(path)).plain(), type=shape)
    except (MetadataReadError, MetadataInvalidError) as exc:
        why = f"{exc.what}: {exc.why}"
        raise BadEdgesError(f"{path} cannot be used", why=why, hint="see farm simulate --help") from exc
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise BadEdgesError(f"{path} cannot be used", why=str(exc), hint="see farm simulate --help") from exc


def _arch(name: str) -> str:
    return arch_named(name).name
