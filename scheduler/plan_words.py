"""What a person is told beside the rows of a plan: cycles and exclusions, time and the critical path. Pure."""

from scheduler.bootstraps import Bootstrapped, IdleBootstrap
from scheduler.edges import CutEdge
from scheduler.forecast import Forecast
from scheduler.plan import Plan
from scheduler.report import duration
from scheduler.shortened import path_words


def remarks(made: Plan) -> list[str]:
    """Return what else a person should know: how cycles begin, and what its spec excludes."""
    cut = [f"cycle: {cut_words(it)}" for it in made.cut]
    begun = [f"cycle: {begun_words(it)}" for it in made.bootstraps]
    idle = [f"bootstrap: {idle_words(it)}" for it in made.idle_bootstraps]
    return [*begun, *cut, *idle, *(f"excluded: {node}: {why}" for node, why in made.excluded)]


def cut_words(cut: CutEdge) -> str:
    """Say where the seed stands in."""
    return f"{cut.node} takes {', '.join(cut.stand_ins) or 'nothing'} from the seed instead of {cut.provider}"


def begun_words(it: Bootstrapped) -> str:
    """Say what begins a cycle with its bootstrap bcond."""
    return f"{it.node} is built --with {it.bcond} first, without {', '.join(it.components)}; then in full"


def idle_words(it: IdleBootstrap) -> str:
    """Say what is built in full at once, though it has a bootstrap bcond."""
    return f"{it.node} is not built --with {it.bcond} first: {it.why}"


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
