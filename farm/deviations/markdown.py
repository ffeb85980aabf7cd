"""The report of departures in Markdown."""

import re
from collections.abc import Iterator
from itertools import groupby

from farm.deviations.deviation import Deviation, DeviationsReport
from farm.deviations.links import is_web_link
from farm.printable import printable

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")


def markdown_report(report: DeviationsReport) -> str:
    """Return the report as one document."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: DeviationsReport) -> Iterator[str]:
    yield f"# Departures of {_text(report.distribution)} {_text(report.version)} from upstream"
    yield ""
    yield f"{report.summary}."
    if report.commit:
        yield ""
        yield f"Commit {report.commit}."
    for title, counts in (("Kind", report.by_kind), ("May go upstream", report.by_upstream_status)):
        yield ""
        yield f"| {title} | Departures |"
        yield "| --- | --: |"
        yield from (f"| {_text(name)} | {count} |" for name, count in counts.items())
    for component, found in groupby(report.deviations, lambda one: one.component):
        yield ""
        yield f"## {_text(component)}"
        yield ""
        yield "| What | Why | May go upstream | Where | Who |"
        yield "| --- | --- | --- | --- | --- |"
        yield from map(_row, found)


def _row(one: Deviation) -> str:
    upstream = ", ".join(_text(text) for text in (one.upstream_status, one.category) if text)
    links = " ".join(f"<{url}>" if is_web_link(url) else _text(url) for url in (*one.commits, *one.bugs))
    who = " ".join(text for text in (_text(one.author.name), one.author.date, one.author.commit[:12]) if text)
    cells = (f"{one.kind}: {_text(one.what)}", _text(one.why), f"{upstream} {links}".strip(), _text(one.said_at), who)
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", printable(" ".join(text.split())))
