"""What in differing lines may come from a build's surroundings: dates, numbers of jobs, temporary files. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

_JOBS = re.compile(r"(?<![\w-])-j ?\d{1,4}\b|\b(?:nproc|ncpus?|cpus|jobs)\s{0,3}[:=]\s{0,3}\d{1,4}\b", re.IGNORECASE)
_TEMPORARY = re.compile(r"/(?:tmp|var/tmp|builddir)/[\w./+~-]{3,200}")
_EPOCH = re.compile(r"(?<![\w.])[12]\d{9}(?!\w)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = r"(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_TIME = r"(?: [\d:]{5,8})?(?: [AP]M)?(?: [A-Z+-][\w+:-]{1,8})?"
_CLOCK = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)[T ](\d\d):(\d\d)")
_ISO_TIME = r"(?:[T ]\d\d:?\d\d(?::?\d\d)?(?!\d))?"
_DATES = (
    re.compile(rf"(?<!\d)(?P<year>20\d\d)(?P<gap>[-/.]?)(?P<month>\d\d)(?P=gap)(?P<day>\d\d)(?!\d){_ISO_TIME}"),
    re.compile(rf"(?<![\d-])(?P<short>\d\d)-{_MONTH}-(?P<day>\d\d)(?: \d\d:\d\d)?\b"),
    re.compile(r"(?<!\d)(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>20\d\d)(?!\d)"),
    re.compile(rf"\b{_MONTH}[ ,]{{1,2}}(?P<day>\d{{1,2}}),?{_TIME},? (?P<year>20\d\d)\b"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[ -]{_MONTH}[ ,-]{{1,2}}(?P<year>20\d\d)\b"),
)


def dates(lines: Sequence[str]) -> dict[str, datetime]:
    """Return the dates, and times in seconds since 1970, that stand in lines: as text, and as a time of that day."""
    return {text: moment for line in lines for text, moment in _dates(line)}


def times(lines: Sequence[str]) -> list[datetime]:
    """Return the dates with a time of day in lines (`2026-11-21 01:24`), to the minute, as they stand there."""
    found = []
    for match in (match for line in lines for match in _CLOCK.finditer(line)):
        with suppress(ValueError):
            year, month, day, hour, minute = map(int, match.groups())
            found.append(datetime(year, month, day, hour, minute))  # noqa: DTZ001 - of a zone that the text may not name
    return list(dict.fromkeys(found))


def jobs(lines: Sequence[str]) -> list[str]:
    """Return what names a number of parallel jobs, such as `-j4`."""
    return _texts(_JOBS, lines)


def temporary_files(lines: Sequence[str]) -> list[str]:
    """Return paths below directories that only exist while something is built."""
    return _texts(_TEMPORARY, lines)


def _texts(pattern: re.Pattern[str], lines: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(match[0] for line in lines for match in pattern.finditer(line)))


def _dates(line: str) -> Iterator[tuple[str, datetime]]:
    """What has the form of a date and is none in the calendar is passed over."""
    for pattern in _DATES:
        for match in pattern.finditer(line):
            parts = match.groupdict()
            month = int(parts["month"]) if parts.get("month") else _MONTHS.index(parts["name"]) + 1
            try:
                yield match[0], datetime(_year(parts), month, int(parts["day"]), 12, tzinfo=UTC)
            except ValueError:
                continue
    for match in _EPOCH.finditer(line):
        yield match[0], datetime.fromtimestamp(int(match[0]), UTC)


def _year(parts: Mapping[str, str]) -> int:
    """Two digits, as zipinfo(1) writes them, are of this century."""
    return 2000 + int(parts["short"]) if "short" in parts else int(parts["year"])
