"""A plan as an SVG picture: boxes and arrows where it is small, a bar for each wave where it is large. Pure.

It needs no script and no font of its own, says everything in words as well as in colour, and all text is escaped.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from html import escape
from itertools import pairwise

from farm.counted import counted
from farm.printable import printable
from scheduler.forecast import Forecast
from scheduler.plan import COLOURS, Action, Plan, PlanNode
from scheduler.report import duration

SMALL = 60
"""Up to so many nodes, each one is drawn."""

_BOX_WIDTH, _BOX_HEIGHT, _GAP_X, _GAP_Y = 220, 44, 70, 14
_MARGIN, _TOP = 20, 70
_ROW, _BAR_LEFT, _BAR_WIDTH, _LABEL = 16, 90, 520, 520
_LETTERS = 30
_STYLE = (
    "text{font:12px sans-serif;fill:#1b1b1b}.small{font-size:10px;fill:#333}.head{font-size:16px;font-weight:bold}"
    ".edge{stroke:#777;fill:none}.cut{stroke-dasharray:5 4}.critical{stroke:#7a0b2e;stroke-width:3}"
)
_WORDS = {
    Action.BUILD: "is built",
    Action.MAYBE: "is built if what it needs gets other bytes",
    Action.REUSE: "is up to date",
    Action.BLOCKED: "cannot be built",
}


def draw_plan(plan: Plan, forecast: Forecast) -> str:
    """Return the picture."""
    picture = _boxes(plan, forecast) if len(plan.nodes) <= SMALL else _waves(plan, forecast)
    width, height, body = picture
    title = f"Plan of {counted(len(plan.nodes), 'build')}"
    counts = Counter(node.action for node in plan.nodes)
    description = ", ".join(f"{counts[action]} {action.value}" for action in Action if counts[action])
    ends = f"done in about {duration(forecast.finish)}" if forecast.finish else "nothing to do"
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                f'height="{height}" role="img" aria-labelledby="plan-title plan-description">'
            ),
            f'<title id="plan-title">{escape(title)}</title>',
            f'<desc id="plan-description">{escape(description)}; {escape(ends)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            _text(_MARGIN, 26, f"{title}: {description}; {ends}", style="head"),
            *_legend(counts),
            *body,
            "</svg>",
            "",
        ]
    )


def _legend(counts: Collection[Action]) -> list[str]:
    lines = []
    left = _MARGIN
    for action in Action:
        if action in counts:
            words = f"{action.value}: {_WORDS[action]}"
            lines.append(f'<rect x="{left}" y="38" width="12" height="12" fill="{COLOURS[action]}" stroke="#333"/>')
            lines.append(_text(left + 17, 48, words))
            left += 40 + 7 * len(words)
    return lines


def _boxes(plan: Plan, forecast: Forecast) -> tuple[int, int, list[str]]:
    """Draw every node: a column for each wave, so that all arrows lead to the right."""
    waves = _by_wave(plan)
    place = {
        str(node.node): (
            _MARGIN + column * (_BOX_WIDTH + _GAP_X),
            _TOP + row * (_BOX_HEIGHT + _GAP_Y),
        )
        for column, (_, nodes) in enumerate(waves)
        for row, node in enumerate(nodes)
    }
    critical = set(forecast.critical_path)
    steps = set(pairwise(forecast.critical_path))
    lines = []
    for node in plan.nodes:
        for need in node.needs:
            source = f"{need}.{node.arch}"
            if source in place:
                bold = " critical" if (source, str(node.node)) in steps else ""
                lines.append(_arrow(place[source], place[str(node.node)], f"edge{bold}"))
    lines += [
        _arrow(place[str(cut.provider)], place[str(cut.node)], "edge cut")
        for cut in plan.cut
        if str(cut.provider) in place and str(cut.node) in place and cut.provider != cut.node
    ]
    for node in plan.nodes:
        lines += _box(place[str(node.node)], node, critical=str(node.node) in critical)
    if critical:
        words = "thick: the critical path, which decides the end"
        lines.append(_text(_MARGIN, _TOP - 6, words, style="small"))
    columns = max(len(waves), 3)
    rows = max((len(nodes) for _, nodes in waves), default=1)
    if plan.cut:
        lines.append(
            _text(_MARGIN, _TOP + rows * (_BOX_HEIGHT + _GAP_Y) + 14, "dashed: the seed stands in, to break a cycle")
        )
    return (
        2 * _MARGIN + columns * (_BOX_WIDTH + _GAP_X),
        _TOP + rows * (_BOX_HEIGHT + _GAP_Y) + 2 * _MARGIN,
        lines,
    )


def _box(place: tuple[int, int], node: PlanNode, *, critical: bool) -> list[str]:
    left, top = place
    border = ' class="critical"' if critical else ' stroke="#333"'
    reasons = "; ".join(map(str, node.reasons))
    return [
        f"<g><title>{_shown(f'{node.node}: {node.action.value}: {reasons}')}</title>",
        (
            f'<rect x="{left}" y="{top}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="4" '
            f'fill="{COLOURS[node.action]}" fill-opacity="0.55"{border}/>'
        ),
        _text(left + 8, top + 18, _short(str(node.node), _LETTERS)),
        _text(left + 8, top + 34, _short(f"{node.action.value}: {reasons}", _LETTERS + 10), style="small"),
        "</g>",
    ]


def _arrow(source: tuple[int, int], target: tuple[int, int], style: str) -> str:
    """Draw a curve from the right side of a box to the left side of another."""
    begin, high = source[0] + _BOX_WIDTH, source[1] + _BOX_HEIGHT // 2
    end, low = target[0], target[1] + _BOX_HEIGHT // 2
    return f'<path class="{style}" d="M{begin} {high}C{begin + 40} {high} {end - 40} {low} {end} {low}"/>'


def _waves(plan: Plan, forecast: Forecast) -> tuple[int, int, list[str]]:
    """Draw a bar for each wave, as long as it has nodes, with the node of the critical path named."""
    waves = _by_wave(plan)
    most = max(len(nodes) for _, nodes in waves)
    critical = set(forecast.critical_path)
    lines = []
    for row, (wave, nodes) in enumerate(waves):
        top = _TOP + row * _ROW
        lines.append(_text(_MARGIN, top + 11, f"wave {wave}"))
        counts = Counter(node.action for node in nodes)
        left = float(_BAR_LEFT)
        words = ", ".join(f"{counts[action]} {action.value}" for action in Action if counts[action])
        lines.append(f"<g><title>wave {wave}: {escape(words)}</title>")
        for action in Action:
            width = max(round(_BAR_WIDTH * counts[action] / most, 1), 1.0) if counts[action] else 0.0
            if width:
                lines.append(
                    f'<rect x="{left:.1f}" y="{top + 1}" width="{width}" height="{_ROW - 3}" fill="{COLOURS[action]}"/>'
                )
            left += width
        named = [str(node.node) for node in nodes if str(node.node) in critical]
        label = words + (f"; critical: {', '.join(named)}" if named else "")
        lines += [_text(int(left) + 8, top + 11, _short(label, 90), style="small"), "</g>"]
    return _BAR_LEFT + _BAR_WIDTH + _LABEL, _TOP + len(waves) * _ROW + 2 * _MARGIN, lines


def _by_wave(plan: Plan) -> list[tuple[int, list[PlanNode]]]:
    waves: dict[int, list[PlanNode]] = {}
    for node in plan.nodes:
        waves.setdefault(node.wave, []).append(node)
    return sorted(waves.items())


def _text(left: int, top: int, words: str, *, style: str = "") -> str:
    chosen = f' class="{style}"' if style else ""
    return f'<text x="{left}" y="{top}"{chosen}>{_shown(words)}</text>'


def _shown(text: str) -> str:
    return escape(printable(text))


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def seconds_of(forecast: Forecast) -> Sequence[tuple[str, str]]:
    """Return what a forecast says, as pairs of words and a value for people."""
    return (
        ("expected end", f"{duration(forecast.finish)} ({duration(forecast.earliest)} to {duration(forecast.latest)})"),
        ("critical path", f"{counted(len(forecast.critical_path), 'build')}, {duration(forecast.critical_seconds)}"),
        ("work", duration(forecast.work_seconds)),
        ("builds at once", ", ".join(f"{slots} {arch}" for arch, slots in sorted(forecast.slots.items())) or "none"),
        (
            "equal bytes will probably save",
            f"{forecast.saved_nodes:g} of {forecast.perhaps} components, {duration(forecast.saved_seconds)}",
        ),
        ("never built before", f"{forecast.unknown}"),
    )
