"""A plan as a Graphviz digraph."""

import json

from farm.printable import printable
from scheduler.plan import Action, Plan
from scheduler.reasons import describe

_COLOURS = {Action.BUILD: "#e07b39", Action.MAYBE: "#f2c14e", Action.REUSE: "#6a994e", Action.BLOCKED: "#bc4749"}


def to_dot(plan: Plan) -> str:
    """Return the plan as a Graphviz digraph: an arrow leads from what is needed to what needs it; cuts are dashed."""
    known = {node.node for node in plan.nodes}
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box, style=filled];"]
    for node in plan.nodes:
        label = f"{node.node}\n{node.action.value}: {describe(node.reasons[0])}"
        lines.append(
            f"  {_quoted(str(node.node))} [label={_quoted(label)}, fillcolor={_quoted(_COLOURS[node.action])}];"
        )
    for node in plan.nodes:
        lines += [f"  {_quoted(f'{need}.{node.arch}')} -> {_quoted(str(node.node))};" for need in node.needs]
    for cut in plan.cut:
        if cut.provider in known and cut.node in known:
            seed = "seed: " + ", ".join(sorted({package for package in cut.seed_packages if package}))
            style = f"style=dashed, label={_quoted(seed)}"
            lines.append(f"  {_quoted(str(cut.provider))} -> {_quoted(str(cut.node))} [{style}];")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return json.dumps(printable(text, keep="\n"), ensure_ascii=False)
