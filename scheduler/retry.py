"""When and how often an attempt is made again. Only the farm's own failures are: a compile error stays one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Budget and back-off.

    Attributes:
        attempts: at the most so many for one variation of one build.
        first_delay: seconds before the second attempt; each further one waits `factor` times longer.
        poll_seconds: how often to look again at a build that another driver holds.
    """

    attempts: int = 3
    first_delay: float = 1.0
    factor: float = 4.0
    poll_seconds: float = 1.0

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt (counted from 1)."""
        return self.first_delay * self.factor ** (attempt - 1)
