"""What planning a whole distribution costs: Azure Linux 4, 7,559 parsed specs, two architectures.

    PYTHONPATH=tests .venv/bin/python tests/bench/whole_distribution.py

Times are seconds of one process's own CPU, since the machine is shared, and of the clock.
"""

import random
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from builders.distribution import Distribution, read_distribution

from farm.clock import SystemClock
from farm.garbage import collect_rarely
from farm.source_package import SpecFacts
from scheduler.bootstraps import Declared
from scheduler.durations import Durations
from scheduler.forecast import foretell
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.plan import make_plan
from scheduler.plan_picture import draw_plan
from scheduler.standing_graph import StandingGraph

T = TypeVar("T")
_KIB_PER_MIB = 1024
_BOOTSTRAPS = 40
_DRAWS = 60
_SEED = 4


def main() -> None:
    """Plan, change one component, plan again, and print what that took."""
    collect_rarely()  # as the command does
    distribution = read_distribution(("x86_64", "aarch64"))
    _say(f"{len(distribution.facts)} nodes; before anything is planned {_memory()} MiB")
    standing = _timed(
        "graph, cold",
        lambda: StandingGraph(
            {node: Known(spec=facts) for node, facts in distribution.facts.items()},
            seed_provides=distribution.seed_provides,
        ),
    )
    graph = standing.graph
    first = {cut.node for cut in graph.cut if cut.node != cut.provider}
    waves = len({graph.level(node) for node in graph.nodes})
    _say(f"    {len(graph.edges)} edges, {waves} waves; {len(first)} nodes are built first, with the seed")
    plan = _timed("plan, cold", lambda: make_plan(graph, current={}, last={}))
    forecast = _timed("forecast", lambda: foretell(plan, Durations(), {"x86_64": 64, "aarch64": 64}, 0.5))
    _timed("picture", lambda: draw_plan(plan, forecast))
    changed = Node("zlib-ng", "x86_64")
    facts = distribution.facts[changed]
    newer = replace(facts, source=replace(facts.source, version="99"))
    _again(standing, "another version of one component", changed, newer)
    for name, requirement in (
        ("nano", "cmake"),
        ("zlib-ng", "python3-devel"),
        ("bash", "cmake"),
        ("glib2", "vim-enhanced"),
    ):
        node = Node(name, "x86_64")
        spec = standing.known(node).spec
        more = replace(spec, build_requires=tuple(sorted((*spec.build_requires, requirement))))
        _again(standing, f"{name} needs {requirement}, too", node, more)
    _drawn(standing, sorted({it for cut in graph.cut for it in (cut.node, cut.provider)}))
    for name in ("python3.14", "gcc"):
        node = Node(name, "x86_64")
        spec = standing.known(node).spec
        _again(standing, f"{name} makes one package only", node, replace(spec, packages=spec.packages[:1]))
    _say(f"memory at most: {_memory()} MiB")
    _bootstrapped(distribution, sorted({it.component for it in first})[:_BOOTSTRAPS])


def _drawn(standing: StandingGraph, knotted: Sequence[Node]) -> None:
    """Tell what random changes of single components take: a BuildRequires more, of one in a cycle every other time."""
    draw = random.Random(_SEED)  # noqa: S311 - no secret: the same draws each time are the point
    nodes = [node for node in standing.graph.nodes if node.arch == "x86_64"]
    wanted = sorted({it for node in knotted for it in standing.known(node).spec.build_requires})
    taken = []
    for turn in range(_DRAWS):
        node = draw.choice([it for it in knotted if it.arch == "x86_64"] if turn % 2 else nodes)
        known = standing.known(node)
        more = tuple(sorted({*known.spec.build_requires, draw.choice(wanted)}))
        began = _cpu()
        make_plan(
            standing.learn({node: replace(known, spec=replace(known.spec, build_requires=more))}), current={}, last={}
        )
        taken.append(_cpu() - began)
        standing.learn({node: known})
    median, most = sorted(taken)[_DRAWS // 2], max(taken)
    _say(f"graph and plan, {_DRAWS} random BuildRequires: median {median:.2f} s of CPU, at most {most:.2f} s")


def _bootstrapped(distribution: Distribution, components: Sequence[str]) -> None:
    """Plan anew with bootstrap bconds that leave some components two of their BuildRequires."""
    known = {node: Known(spec=facts) for node, facts in distribution.facts.items()}
    declared = {
        node: Declared(bcond="bootstrap", known=Known(spec=replace(it.spec, build_requires=it.spec.build_requires[:2])))
        for node, it in known.items()
        if node.component in components
    }
    standing = _timed(
        f"graph, cold, with bootstrap bconds of {len(components)} components",
        lambda: StandingGraph(known, seed_provides=distribution.seed_provides, declared=declared),
    )
    left = {cut.node for cut in standing.graph.cut if cut.node != cut.provider}
    _say(f"    {len(standing.graph.bootstraps)} nodes begin so, {len(left)} with the seed")


def _again(standing: StandingGraph, what: str, node: Node, spec: SpecFacts) -> None:
    graph = _timed(f"graph, {what}", lambda: standing.learn({node: Known(spec=spec)}))
    _timed(f"plan, {what}", lambda: make_plan(graph, current={}, last={}))


def _timed(what: str, work: Callable[[], T]) -> T:
    clock = SystemClock()
    cpu, began = _cpu(), clock.monotonic()
    result = work()
    _say(f"{what}: {_cpu() - cpu:.2f} s of CPU, {clock.monotonic() - began:.2f} s")
    return result


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_PER_MIB


if __name__ == "__main__":
    main()
