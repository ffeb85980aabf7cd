"""What a build may have left of its surroundings in its output: the variation, and the times its programs saw."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from farm.build import BuildResult, Variation

_ANY_ZONE = timedelta(hours=26)
"""The widest zone is 14 hours from UTC, and a date without a time stands for its noon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one build may have left of its surroundings.

    Attributes:
        clocks: spans of time that its programs may have seen, in UTC.
    """

    variation: Variation
    clocks: tuple[tuple[datetime, datetime], ...]

    def saw(self, moment: datetime) -> bool:
        """Tell whether a build clock may have shown a moment, in any time zone."""
        return any(begin - _ANY_ZONE <= moment <= end + _ANY_ZONE for begin, end in self.clocks)


def trace(result: BuildResult) -> Trace:
    """Return the trace of a build: file times are the kernel's, other times those of the clock it was given."""
    begin = datetime.fromisoformat(result.started)
    end = begin + timedelta(seconds=result.seconds)
    offset = timedelta(seconds=result.variation.time_offset)
    return Trace(
        variation=result.variation, clocks=tuple(dict.fromkeys(((begin + offset, end + offset), (begin, end))))
    )
