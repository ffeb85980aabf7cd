"""What a person is told beside the rows of a plan: cycles and exclusions, time and the critical path. Pure."""

from collections.abc import Sequence

from scheduler.forecast import Forecast
from scheduler.plan import Plan
from scheduler.report import duration
from scheduler.shortened import path_words


def remarks(made: Plan) -> list[str]:
    """Return what else a person should know: how cycles begin, and what its spec excludes."""
    cut = [
        f"cycle: {edge.node} takes {', '.join(_known(edge.seed_packages))} from the seed instead of {edge.provider}"
        for edge in made.cut
    ]
    begun = [
        f"cycle: {it.node} is built --with {it.bcond} first, without {', '.join(it.components)}; then in full"
        for it in made.bootstraps
    ]
    idle = [f"bootstrap: {it.node} is not built --with {it.bcond} first: {it.why}" for it in made.idle_bootstraps]
    return [*begun, *cut, *idle, *(f"excluded: {node}: {why}" for node, why in made.excluded)]


def forecast_lines(forecast: Forecast) -> list[str]:
    """Return what a person should know of time."""
    if not forecast.finish:
        return []
    slots = ", ".join(f"{count} {arch}" for arch, count in sorted(forecast.slots.items()))
    unknown = f"; {forecast.unknown} never built before" if forecast.unknown else ""
    lines = [
        (
            f"expected: {duration(forecast.finish)} ({duration(forecast.earliest)} to {duration(forecast.latest)})"
            f" with {slots} builds at once{unknown}"
        ),
        f"critical path: {duration(forecast.critical_seconds)}: {path_words(forecast.critical_path)}",
    ]
    if forecast.perhaps:
        lines.append(
            f"equal bytes will probably save {forecast.saved_nodes:g} of {forecast.perhaps} components "
            f"({duration(forecast.saved_seconds)})"
        )
    return lines


def _known(packages: Sequence[str]) -> list[str]:
    return sorted({package for package in packages if package}) or ["nothing"]
