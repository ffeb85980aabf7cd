"""One detector for each cause of a difference: it looks at a differing text and shows the cause, or nothing. Pure.

A detector asks for traces of both builds, each on its own side, wherever a trace could stand in a text for another
reason: a common word, a date, a number. A wrong cause sends people the wrong way; `unknown` does not.
"""

import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

from workers.build_trace import Trace
from workers.diff_findings import Finding
from workers.diff_tokens import dates, jobs, temporary_files, times

Detector = Callable[[Finding, Trace, Trace], str]
"""Returns the text that shows a cause in a finding, or an empty one."""

_MOST_COMPARED = 200
_TOP_DIRECTORY = "/builddir/build/"
_RANDOM_CHARACTERS = 6
_HEADER_MODE = re.compile(r"^ - (\d{5})$")
_LISTED = re.compile(r"^(?P<mode>[-dlbcps][-rwxsStT]{9})\s.{0,400}?\s(?P<path>\./\S{1,400})\s*$")
_POSIX_ZONE = re.compile(r"[A-Z]{3,}(?:(?P<sign>[+-])(?P<hours>\d{1,2})(?::(?P<minutes>\d\d))?)?")
_LETTER = re.compile(r"[^\W\d_]")


def _build_time(finding: Finding, first: Trace, second: Trace) -> str:
    """Find a time that the first build saw where the second has one that it saw."""
    shifted = {moment for pair in _shifted(finding, first, second) for moment in pair}
    removed, added = (
        {text: moment for text, moment in dates(lines).items() if not shifted & set(times([text]))}
        for lines in (finding.removed, finding.added)
    )
    seen = [text for text, moment in removed.items() if text not in added and first.saw(moment)]
    others = [text for text, moment in added.items() if text not in removed and second.saw(moment)]
    return seen[0] if seen and others else ""


def _hostname(finding: Finding, first: Trace, second: Trace) -> str:
    return _left(finding, *(_host_names(one.variation.hostname) for one in (first, second)))


def _user(finding: Finding, first: Trace, second: Trace) -> str:
    """Find a home, which no text has by chance, or both names of users, which are words."""
    homes = ((one.variation.home,) for one in (first, second))
    return _left(finding, *homes) or _exchanged(finding, *((one.variation.user,) for one in (first, second)))


def _locale(finding: Finding, first: Trace, second: Trace) -> str:
    names = [one.variation.locale for one in (first, second)]
    return _exchanged(finding, *((*(f"{key}={name}" for key in ("LANG", "LC_ALL")), *_long(name)) for name in names))


def _timezone(finding: Finding, first: Trace, second: Trace) -> str:
    """Find names or offsets of both zones, or one moment as the clocks of both zones show it."""
    found = _exchanged(finding, *(_zone_names(one.variation.timezone) for one in (first, second)))
    shifted = next(_shifted(finding, first, second), None)
    return found or (f"{shifted[0]:%Y-%m-%d %H:%M} and {shifted[1]:%Y-%m-%d %H:%M}" if shifted else "")


def _umask(finding: Finding, first: Trace, second: Trace) -> str:
    """Find file modes that differ by bits which one umask takes away and the other leaves."""
    bits = first.variation.umask ^ second.variation.umask
    for one, other in zip(finding.removed, finding.added, strict=False):
        mode, other_mode = _HEADER_MODE.match(one), _HEADER_MODE.match(other)
        if mode and other_mode and _same_but_for(int(mode[1]), int(other_mode[1]), bits):
            return f"file mode {int(mode[1]):o} and {int(other_mode[1]):o}"
    modes = {match["path"]: match["mode"] for line in finding.removed if (match := _LISTED.match(line))}
    for line in finding.added:
        match = _LISTED.match(line)
        before = modes.get(match["path"]) if match else None
        if match and before and _same_but_for(_listed_mode(before), _listed_mode(match["mode"]), bits):
            return f"{match['path']} is {before} and {match['mode']}"
    return ""


def _same_but_for(mode: int, other: int, bits: int) -> bool:
    is_file = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return is_file and mode != other and (mode ^ other) & ~bits == 0


def _listed_mode(text: str) -> int:
    """Return a mode from its form in a listing (`drwxr-xr-x`); what is no plain bit makes it one of no file."""
    kind = {"-": stat.S_IFREG, "d": stat.S_IFDIR}.get(text[0], 0)
    bits = sum(0o400 >> place for place, letter in enumerate(text[1:]) if letter != "-")
    return kind | bits if set(text[1:]) <= set("rwx-") else 0


def _cpu_count(finding: Finding, first: Trace, second: Trace) -> str:
    """Find numbers of jobs, each the number of CPUs of its build (0 is all that there are)."""
    removed, added = jobs(finding.removed), jobs(finding.added)
    seen = [text for text in removed if text not in added and _is_of(text, first.variation.cpus)]
    others = [text for text in added if text not in removed and _is_of(text, second.variation.cpus)]
    if first.variation.cpus == second.variation.cpus or not seen or not others:
        return ""
    return f"{seen[0]} and {others[0]}"


def _is_of(job: str, cpus: int) -> bool:
    return cpus == 0 or re.sub(r"\D", "", job) == str(cpus)


def _build_path(finding: Finding, first: Trace, second: Trace) -> str:
    """Find names of temporary files: the homes, which also lie there, are the user's matter."""
    homes = (first.variation.home, second.variation.home)
    removed, added = (
        [text for text in temporary_files(lines) if not text.startswith(homes)][:_MOST_COMPARED]
        for lines in (finding.removed, finding.added)
    )
    only = [text for text in removed if text not in added]
    others = [text for text in added if text not in removed]
    return next((one for one, other in product(only, others) if _are_temporary(one, other)), "")


def _are_temporary(one: str, other: str) -> bool:
    """Tell whether two paths are names of one temporary file: in the build directory all but random parts is fixed."""
    fixed = [path.startswith(_TOP_DIRECTORY) for path in (one, other)]
    if not any(fixed):
        return True
    parts, others = one.split("/"), other.split("/")
    differing = [pair for pair in zip(parts, others, strict=False) if pair[0] != pair[1]]
    return all(fixed) and len(parts) == len(others) and all(_are_random(*pair) for pair in differing)


def _are_random(one: str, other: str) -> bool:
    """Tell whether two names differ as those of mkstemp(3) do, whose six characters are letters and digits."""
    if len(one) != len(other):
        return False
    places = [place for place in range(len(one)) if one[place] != other[place]]
    parts = [name[places[0] : places[-1] + 1] for name in (one, other)]
    return len(parts[0]) >= _RANDOM_CHARACTERS - 1 and all(
        any(letter.isdigit() or letter.isupper() for letter in part) for part in parts
    )


def _file_order(finding: Finding, _first: Trace, _second: Trace) -> str:
    """Both builds have the same lines (or the same words of a line) in another order."""
    if len(finding.removed) > 1 and Counter(finding.removed) == Counter(finding.added):
        return finding.removed[0].strip()
    if is_dump(finding):
        return ""
    for one, other in zip(finding.removed, finding.added, strict=False):
        words, others = one.split(), other.split()
        named = {word for word in words if _LETTER.search(word)}
        if len(named) > 2 and words != others and Counter(words) == Counter(others):  # noqa: PLR2004 - an order of two is chance
            return one.strip()
    return _moved(finding)


def _moved(finding: Finding) -> str:
    """Return a line that only moved, where most of what differs did: a brace stands on both sides by chance."""
    moved = Counter(finding.removed) & Counter(finding.added)
    telling = [line.strip() for line in moved if _LETTER.search(line)]
    most = max(len(finding.removed), len(finding.added))
    return telling[0] if len(telling) > 1 and 2 * moved.total() >= most else ""


DETECTORS: dict[str, Detector] = {
    "build-time": _build_time,
    "hostname": _hostname,
    "user": _user,
    "build-path": _build_path,
    "timezone": _timezone,
    "locale": _locale,
    "umask": _umask,
    "cpu-count": _cpu_count,
    "file-order": _file_order,
}
"""By the name of the cause."""


def is_dump(finding: Finding) -> bool:
    """Tell whether a finding is a dump of bytes, which is the least readable witness."""
    return bool(finding.place) and "hex-dump" in finding.place[-1]


def _shifted(finding: Finding, first: Trace, second: Trace) -> Iterator[tuple[datetime, datetime]]:
    """Yield times that are one moment, shown by the clocks of the two zones."""
    offsets = [_zone_offset(one.variation.timezone) for one in (first, second)]
    if offsets[0] is None or offsets[1] is None or offsets[0] == offsets[1]:
        return
    removed, added = times(finding.removed), times(finding.added)
    only = [moment for moment in removed if moment not in added][:_MOST_COMPARED]
    others = {moment for moment in added if moment not in removed}
    for moment in only:
        if moment + offsets[1] - offsets[0] in others:
            yield moment, moment + offsets[1] - offsets[0]


def _left(finding: Finding, names: Sequence[str], others: Sequence[str]) -> str:
    """Return the line in which a name of one build's surroundings stands on its side and not on the other."""
    return _on_one_side(names, others, finding.removed, finding.added) or _on_one_side(
        others, names, finding.added, finding.removed
    )


def _exchanged(finding: Finding, names: Sequence[str], others: Sequence[str]) -> str:
    """Return the line with a name of the first build's surroundings where the second has one of its own."""
    seen = _on_one_side(names, others, finding.removed, finding.added)
    return seen if seen and _on_one_side(others, names, finding.added, finding.removed) else ""


def _on_one_side(names: Sequence[str], others: Sequence[str], lines: Sequence[str], opposite: Sequence[str]) -> str:
    for name in (name for name in names if name not in others):
        pattern = _whole(name)
        if any(pattern.search(line) for line in opposite):
            continue
        if line := next((line for line in lines if pattern.search(line)), ""):
            return line.strip()
    return ""


def _whole(name: str) -> re.Pattern[str]:
    """Return a pattern that finds a name alone; an offset of a zone stands behind a time."""
    before = r"(?:(?<=:\d\d)|(?<=\s))" if name[:1] in ("+", "-") else r"(?<![\w.-])"
    return re.compile(rf"{before}{re.escape(name)}(?![\w-]|\.\w)")


def _host_names(hostname: str) -> tuple[str, ...]:
    return (hostname, hostname.partition(".")[0])


def _long(name: str) -> tuple[str, ...]:
    """Return a name only where it is long enough not to be a letter: `C`."""
    return (name,) if len(name) > 1 else ()


def _zone_names(zone: str) -> tuple[str, ...]:
    """Return how a zone shows: its name, and its offset as ISO 8601 and RFC 5322 write it."""
    offset = _zone_offset(zone)
    if offset is None:
        return (zone,)
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    return (zone, *(f"{sign}{minutes // 60:02d}{gap}{minutes % 60:02d}" for gap in ("", ":")))


def _zone_offset(zone: str) -> timedelta | None:
    """Return what a POSIX zone adds to UTC (its own sign says what to add to come back); None for another's name."""
    match = _POSIX_ZONE.fullmatch(zone)
    if match is None:
        return None
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return offset if match["sign"] == "-" else -offset
