"""Why a node waits, why it goes first, and whom it takes its needs from, in words. Pure."""

from scheduler.durations import Durations
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.plan import Action, Plan
from scheduler.policy import longest_remaining
from scheduler.report import duration


def order_words(node: Node, plan: Plan, graph: BuildGraph, durations: Durations) -> tuple[str, ...]:
    """Return lines for a person; none for a node that is not in the graph.

    Args:
        plan: one that has the node and all that it needs.
    """
    if node not in graph.nodes:
        return ()
    actions = {it.node: it.action for it in plan.nodes}
    waits = [need for need in graph.providers(node) if actions.get(need) in {Action.BUILD, Action.MAYBE}]
    blocked = [need for need in graph.providers(node) if actions.get(need) is Action.BLOCKED]
    lines = [f"wave {graph.level(node)}"]
    if waits:
        lines.append(f"waits for {', '.join(map(str, waits))}")
    if blocked:
        lines.append(f"waits in vain for {', '.join(map(str, blocked))}")
    return (
        *lines,
        _rank(node, graph, durations),
        *_bootstrap(node, graph),
        *_cuts(node, graph),
        *_choices(node, graph),
    )


def _rank(node: Node, graph: BuildGraph, durations: Durations) -> str:
    remaining = longest_remaining({it: frozenset(graph.providers(it)) for it in graph.nodes}, durations)
    mine = remaining[node]
    before = sum(length > mine for other, length in remaining.items() if other.arch == node.arch)
    all_of_them = sum(other.arch == node.arch for other in remaining)
    return (
        f"place {before + 1} of {all_of_them} when ready: {duration(mine)} from its start to the end of the longest "
        f"path that begins with it; {len(graph.descendants(node))} builds need it"
    )


def _bootstrap(node: Node, graph: BuildGraph) -> list[str]:
    used = [
        f"built --with {it.bcond} in the first round, without {', '.join(it.components)}, and in full in the next one"
        for it in graph.bootstraps
        if it.node == node
    ]
    idle = [f"not built --with {it.bcond} first: {it.why}" for it in graph.idle_bootstraps if it.node == node]
    return [*used, *idle]


def _cuts(node: Node, graph: BuildGraph) -> list[str]:
    return [
        f"built first with the seed's {', '.join(cut.stand_ins) or 'nothing'} in place of {cut.provider}: {cut.why}"
        for cut in graph.cut
        if cut.node == node
    ]


def _choices(node: Node, graph: BuildGraph) -> list[str]:
    """Say who was chosen where others could do as well, or where the choice is a guess."""
    lines = []
    for edge in graph.edges:
        if edge.node != node:
            continue
        for need in edge.needs:
            through = f" of {need.through}" if need.through else ""
            chosen = f"{need.requirement}{through}: {edge.provider.component}/{need.package}"
            if need.others:
                lines.append(f"{chosen}; {', '.join(need.others)} could, too")
            elif need.foretold:
                lines.append(f"{chosen}, because of its name: what it provides is known once it is built")
    return lines
