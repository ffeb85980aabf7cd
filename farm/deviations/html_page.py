"""The report of departures as one page of HTML: it needs nothing beside it, and no script."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from farm.deviations.deviation import Deviation, DeviationsReport
from farm.deviations.links import is_web_link
from farm.printable import printable

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 90rem; padding: 1rem; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
table { border-collapse: collapse; width: 100%; margin-block: .5rem 1.5rem; }
.counts { width: auto; }
.departures { table-layout: fixed; min-width: 60rem; }
caption { text-align: left; white-space: nowrap; font-weight: 600; padding-block: .25rem; }
th, td { border: 1px solid GrayText; padding: .25rem .5rem; text-align: left; vertical-align: top; }
.number { text-align: right; }
td { overflow-wrap: anywhere; }
.departures th:nth-child(1) { width: 6rem; }
.departures th:nth-child(4) { width: 11rem; }
.departures th:nth-child(6) { width: 12rem; }
time { white-space: nowrap; }
.summary { display: flex; flex-wrap: wrap; gap: 3rem; align-items: flex-start; }
nav ol { columns: 18rem; column-gap: 3rem; padding-left: 2.5rem; overflow-wrap: anywhere; }
code { font-size: .9em; }
h2 { margin-block: 2rem .25rem; }
h2 a { color: inherit; text-decoration: none; }
h2 a:hover, h2 a:focus { text-decoration: underline; }
@media (max-width: 50rem) { .departures { display: block; overflow-x: auto; } }
"""

_UNSAID = "not said"
_HEADINGS = ("Kind", "What", "Why", "May go upstream", "Where", "Who and when")


def html_report(report: DeviationsReport) -> str:
    """Return the page."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: DeviationsReport) -> Iterator[str]:
    title = f"Departures of {_text(report.distribution)} {_text(report.version)} from upstream"
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f"<title>{title}</title>"
    yield f"<style>{_STYLE}</style>"
    yield "</head>"
    yield "<body>"
    yield '<a class="skip" href="#departures">To the departures</a>'
    yield "<header>"
    yield f"<h1>{title}</h1>"
    yield f"<p>{report.summary}."
    yield f"Commit <code>{_text(report.commit)}</code>.</p>" if report.commit else "</p>"
    yield "</header>"
    groups = [(name, list(found)) for name, found in groupby(report.deviations, lambda one: one.component)]
    yield from _summary(report)
    yield from _contents(groups)
    yield '<main id="departures">'
    for name, found in groups:
        yield from _component(name, found)
    yield "</main>"
    yield "</body>"
    yield "</html>"


def _summary(report: DeviationsReport) -> Iterator[str]:
    yield '<section class="summary" aria-label="Counts">'
    for caption, counts in (("By kind", report.by_kind), ("May go upstream", report.by_upstream_status)):
        yield f'<table class="counts"><caption>{caption}</caption><tbody>'
        for name, count in counts.items():
            yield f'<tr><th scope="row">{_text(name)}</th><td class="number">{count}</td></tr>'
        yield "</tbody></table>"
    yield "</section>"


def _contents(groups: list[tuple[str, list[Deviation]]]) -> Iterator[str]:
    yield '<nav aria-label="Components"><ol>'
    for name, found in groups:
        yield f'<li><a href="#{_anchor(name)}">{_text(name)}</a> ({len(found)})</li>'
    yield "</ol></nav>"


def _component(name: str, found: list[Deviation]) -> Iterator[str]:
    anchor = _anchor(name)
    yield f'<section aria-labelledby="{anchor}">'
    yield f'<h2 id="{anchor}"><a href="#{anchor}">{_text(name)}</a></h2>'
    yield '<table class="departures"><thead><tr>'
    yield "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    yield "</tr></thead><tbody>"
    yield from map(_row, found)
    yield "</tbody></table>"
    yield "</section>"


def _anchor(name: str) -> str:
    """Return the id of a component's part: links to it hold in every report. Names of components have no spaces."""
    return _text(f"component-{name}")


def _row(one: Deviation) -> str:
    upstream = ", ".join(_text(text) for text in (one.upstream_status, one.category) if text)
    links = " ".join(map(_link, (*one.commits, *one.bugs)))
    author = one.author
    date = f"<time>{_text(author.date)}</time>" if author.date else ""
    commit = f'<code title="{_text(author.subject)}">{_text(author.commit[:12])}</code>' if author.commit else ""
    who = " ".join(text for text in (_text(author.name), date, commit) if text)
    return (
        f"<tr><td>{one.kind}</td><td>{_marked(one.what)}</td><td>{_text(one.why) or _UNSAID}</td>"
        f"<td>{f'{upstream} {links}'.strip() or _UNSAID}</td><td><code>{_text(one.said_at)}</code></td>"
        f"<td>{who or _UNSAID}</td></tr>"
    )


def _link(url: str) -> str:
    shown = _text(url)
    return f'<a href="{shown}" rel="noreferrer">{shown}</a>' if is_web_link(url) else shown


def _marked(text: str) -> str:
    """Return text in which what stands between grave accents is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _text(text)
    return "".join(f"<code>{_text(part)}</code>" if at % 2 else _text(part) for at, part in enumerate(parts))


def _text(text: str) -> str:
    return escape(printable(text, keep="\n\t"), quote=True)
