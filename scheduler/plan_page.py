"""A plan as one HTML page: forecast, picture, critical path and the nodes with their reasons. Pure; no script."""

from html import escape

from farm.counted import counted
from farm.printable import printable
from scheduler.forecast import Forecast
from scheduler.plan import Action, Plan, PlanNode
from scheduler.plan_picture import draw_plan, seconds_of
from scheduler.plan_words import begun_words, cut_words, idle_words

_LISTED = 1000
"""So many nodes are in the table: `-O json` has all."""

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.4 sans-serif;margin:1.5rem;max-width:100rem}
table{border-collapse:collapse}caption{text-align:left;font-weight:bold;padding:.3rem 0}
th,td{text-align:left;padding:.15rem .7rem .15rem 0;vertical-align:top;border-bottom:1px solid #8886}
.picture{overflow:auto;border:1px solid #8886;margin:1rem 0}
"""


def plan_page(plan: Plan, forecast: Forecast, project: str) -> str:
    """Return the page."""
    title = f"Plan of {project}"
    facts = "".join(
        f"<tr><th scope=row>{_shown(name)}</th><td>{_shown(text)}</td></tr>" for name, text in seconds_of(forecast)
    )
    path = "".join(f"<li>{_shown(node)}</li>" for node in forecast.critical_path)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_shown(title)}</title>\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<style>{_STYLE}</style></head>\n<body><main><h1>{_shown(title)}</h1>\n"
        f"<table><caption>Forecast</caption>{facts}</table>\n"
        '<div class="picture" tabindex="0" role="region" aria-label="Picture of the plan">'
        f"{draw_plan(plan, forecast)}</div>\n"
        f"<details><summary>Critical path: {counted(len(forecast.critical_path), 'build')}</summary>"
        f"<ol>{path}</ol></details>\n"
        f"{_bootstraps(plan)}{_cuts(plan)}{_nodes(plan)}</main></body></html>\n"
    )


def _bootstraps(plan: Plan) -> str:
    if not plan.bootstraps and not plan.idle_bootstraps:
        return ""
    said = [*map(begun_words, plan.bootstraps), *map(idle_words, plan.idle_bootstraps)]
    rows = "".join(f"<li>{_shown(line)}</li>" for line in said[:_LISTED])
    count = len(plan.bootstraps)
    return f"<details><summary>Cycles: {count} begin with a bootstrap bcond</summary><ul>{rows}</ul></details>\n"


def _cuts(plan: Plan) -> str:
    if not plan.cut:
        return ""
    rows = "".join(f"<li>{_shown(cut_words(cut))}: {_shown(cut.why)}</li>" for cut in plan.cut[:_LISTED])
    times = counted(len(plan.cut), "time")
    return f"<details><summary>Cycles: the seed stands in {times}</summary><ul>{rows}</ul></details>\n"


def _nodes(plan: Plan) -> str:
    first = {Action.BUILD: 0, Action.BLOCKED: 1, Action.MAYBE: 2, Action.REUSE: 3}
    nodes = sorted(plan.nodes, key=lambda node: (first[node.action], node.wave, node.node))
    rows = "\n".join(map(_row, nodes[:_LISTED]))
    left = len(nodes) - _LISTED
    more = f"<p>and {left} more: <code>farm plan -O json</code> has all</p>" if left > 0 else ""
    return (
        "<table><caption>What becomes of each component, and why</caption><thead><tr><th scope=col>component"
        "<th scope=col>arch<th scope=col>wave<th scope=col>action<th scope=col>reasons<th scope=col>dependents</tr>"
        f"</thead><tbody>{rows}</tbody></table>{more}\n"
    )


def _row(node: PlanNode) -> str:
    reasons = "; ".join(map(str, node.reasons))
    return (
        f"<tr><td>{_shown(node.component)}<td>{_shown(node.arch)}<td>{node.wave}<td>{node.action.value}"
        f"<td>{_shown(reasons)}<td>{node.blast_radius}</tr>"
    )


def _shown(text: str) -> str:
    return escape(printable(text))
