"""Says why a buildroot cannot be solved: what is missing, who requires it, and who might provide it."""

import difflib
import re
from collections.abc import Sequence

from farm.errors import UnresolvableError
from scheduler.requirement import alternatives, satisfies
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import Candidate, Finding, NoSolution, SolvPool

_SHOWN = 6
_SUGGESTED = 3
_LIKENESS = 0.7
_COMPARED = 4000
_NAMESPACE = re.compile(r"(?P<namespace>[^()]*)\((?P<name>[^()]+)\)(?:\(.*\))?")
_AFFIXES = re.compile(r"^(?:lib|python3?-|perl-)|-devel$")


class MissingProviderError(UnresolvableError):
    """Nothing provides a requirement."""

    code = "SLV010"


class BuildrootConflictError(UnresolvableError):
    """Everything that is required exists, but cannot be installed together."""

    code = "SLV011"


def explain(problem: NoSolution, pool: SolvPool, wanted_by: str) -> UnresolvableError:
    """Return the error to raise."""
    missing = sorted({(it.missing, it.package) for it in problem.findings if it.missing})
    if not missing:
        lines = [it.text for it in sorted(problem.findings, key=_weight)]
        return BuildrootConflictError(
            f"the buildroot of {wanted_by} cannot be solved",
            why=_lines(lines),
            hint="change the BuildRequires, or rebuild the packages that conflict",
        )
    provides = pool.provides()
    lines = [_missing_line(name, package or wanted_by, provides, pool) for name, package in missing]
    name, package = missing[0]
    more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
    return MissingProviderError(
        f"nothing provides {name}, required by {package or wanted_by}{more}",
        why=_lines(lines),
        hint="add a component that makes it, add it to the seed, or correct the requirement",
    )


def similar(wanted: str, provides: Sequence[tuple[str, Candidate]]) -> list[str]:
    """Return the provides most like a missing name, the best first: `zlib-devel (zlib1g-dev)`."""
    namespace, core = _split(wanted)
    by_core: dict[str, dict[str, str]] = {}
    for text, candidate in provides:
        name = text.partition(" ")[0]
        if not name.startswith("/") and "so" not in name.split("."):
            by_core.setdefault(_split(name)[1], {}).setdefault(name, candidate.package.nevra.name)
    near = [it for it in sorted(by_core) if it[:2] == core[:2] or it in core or core in it][:_COMPARED]
    names = [
        (namespace != _split(name)[0], name, maker)
        for close in difflib.get_close_matches(core, near, n=_SUGGESTED, cutoff=_LIKENESS)
        for name, maker in sorted(by_core[close].items())
    ]
    shown = sorted(names, key=lambda it: it[0])[:_SUGGESTED]
    return [name if name == maker else f"{name} ({maker})" for _, name, maker in shown]


def _missing_line(missing: str, package: str, provides: Sequence[tuple[str, Candidate]], pool: SolvPool) -> str:
    said = f"{missing} is required by {package}"
    wanted = {choice.name for group in alternatives(parse_requirement(missing)) for choice in group.choices}
    named = [(text, candidate) for text, candidate in provides if text.partition(" ")[0] in wanted]
    if named:
        return f"{said}; there is {_offers(missing, named, pool)}"
    close = [text for name in sorted(wanted) for text in similar(name, provides)][:_SUGGESTED]
    return f"{said}; similar: {', '.join(close)}" if close else f"{said}; nothing has a similar name"


def _offers(missing: str, named: Sequence[tuple[str, Candidate]], pool: SolvPool) -> str:
    groups = alternatives(parse_requirement(missing))
    offers = []
    for text, candidate in sorted(named, key=lambda it: (it[1], it[0])):
        met = any(
            satisfies(provide, choice)
            for provide in [parse_requirement(text)]
            for group in groups
            for choice in group.choices
            if not hasattr(provide, "operands")
        )
        why = "hidden by a package of that name in a preferred repository" if pool.hidden(candidate) else ""
        why = why or ("which cannot be installed" if met else "of another version")
        offers.append(f"{text} of {candidate.package.nevra} in {candidate.repository}, {why}")
    return "; ".join(offers[:_SUGGESTED])


def _split(name: str) -> tuple[str, str]:
    """Return namespace and core of a name: `pkgconfig(zlib)` and `zlib-devel` share the core `zlib`."""
    match = _NAMESPACE.fullmatch(name)
    namespace, core = (match["namespace"], match["name"]) if match else ("", name.rpartition("/")[2])
    return namespace, _AFFIXES.sub("", core.lower()) or core


def _weight(finding: Finding) -> tuple[bool, Finding]:
    return finding.text == "conflicting requests", finding


def _lines(lines: Sequence[str]) -> str:
    rest = len(lines) - _SHOWN
    return "\n".join([*lines[:_SHOWN], *([f"... and {rest} more"] if rest > 0 else [])])
