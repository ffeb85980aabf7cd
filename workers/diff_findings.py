"""diffoscope's JSON report as a list of differing texts: parsed at the edge, limited in size and depth."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from farm.errors import FarmError

_MOST_FINDINGS = 2_000
_MOST_LINES = 5_000
_LINE_CHARACTERS = 2_000


class BadReportError(FarmError):
    """diffoscope's report is not in its own format."""

    code = "VER010"


class _Node(msgspec.Struct, forbid_unknown_fields=False):
    """One difference of the report, with those inside it."""

    source1: str
    source2: str
    unified_diff: str | None = None
    details: list["_Node"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A text that differs.

    Attributes:
        place: names from the RPM down to the text: `hello.rpm`, `content`, `./usr/bin/hello`, `strings ...`.
        removed: lines that only the first build has; `added` those that only the second has.
    """

    place: tuple[str, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def where(self) -> str:
        """The place as one line, without diffoscope's word for the payload and the commands it ran."""
        return ": ".join(name for name in self.place if name != "content" and "{}" not in name)


def parse_report(data: bytes) -> tuple[Finding, ...]:
    """Return the findings of a JSON report, in its order.

    Raises:
        BadReportError: it is no report.
    """
    try:
        top = msgspec.json.decode(data, type=_Node)
        return tuple(_first(_findings(top, ()), _MOST_FINDINGS))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as exc:
        raise BadReportError("diffoscope's JSON report cannot be read", why=str(exc)[:500]) from exc


def _findings(node: _Node, above: tuple[str, ...]) -> Iterator[Finding]:
    if node.unified_diff:
        yield _finding(node.unified_diff, above)
    for inner in node.details or ():
        yield from _findings(inner, (*above, _name(inner)))


def _name(node: _Node) -> str:
    """Return a short name: the RPMs lie in two directories, which say nothing."""
    name = node.source1 if node.source1 != "/dev/null" else node.source2
    return name.rsplit("/", 1)[-1] if name.endswith(".rpm") else name[:300]


def _finding(diff: str, place: tuple[str, ...]) -> Finding:
    lines = [line[:_LINE_CHARACTERS] for line in diff.split("\n")[:_MOST_LINES]]
    return Finding(
        place=place,
        removed=tuple(line[1:] for line in lines if line.startswith("-")),
        added=tuple(line[1:] for line in lines if line.startswith("+")),
    )


def _first(findings: Iterator[Finding], most: int) -> list[Finding]:
    return [finding for _, finding in zip(range(most), findings, strict=False)]
