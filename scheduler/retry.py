"""When and how often an attempt is made again. Only the farm's own failures are: a compile error stays one."""

from dataclasses import dataclass
from enum import StrEnum

EXPLAIN_ATTEMPTS = 3
"""So often is an explanation asked for that is lost with its worker."""


class Loss(StrEnum):
    """Why an attempt gave no result."""

    FARM = "farm"
    """The farm's own failure: store, buildroot, disk."""
    WORKER_DIED = "worker-died"
    """The process that built died, and its machine did not: the build may have killed it."""
    NODE_DIED = "node-died"
    """The whole machine went away."""
    HELD = "held"
    """Another driver builds the very same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Try again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Do not try again.

    Attributes:
        poison: the build seems to kill what runs it.
    """

    why: str
    poison: bool = False


@dataclass(slots=True)
class Losses:
    """How many processes and machines died under the builds of a node."""

    workers: int = 0
    nodes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Budgets and back-off, by cause.

    Attributes:
        attempts: so many for one variation of one build may fail for reasons of the farm's own.
        kills: a build whose workers died so often is poison: it is tried no more.
        node_deaths: so many machines may die under a node's builds before it is suspected of killing them.
        first_delay: seconds before the second attempt; each further one waits `factor` times longer.
        longest_delay: no wait is longer.
        poll_seconds: how often to look again at a build that another driver holds.
    """

    attempts: int = 3
    kills: int = 3
    node_deaths: int = 10
    first_delay: float = 1.0
    factor: float = 4.0
    longest_delay: float = 300.0
    poll_seconds: float = 1.0

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after a failed attempt (counted from 1)."""
        return min(self.first_delay * self.factor ** (attempt - 1), self.longest_delay)

    def after(self, loss: Loss, losses: Losses, failed: int) -> Again | GiveUp:
        """Decide what follows a loss.

        Args:
            losses: of the node, with this one counted.
            failed: attempts of this variation that were lost, but to a dying machine or another driver.
        """
        if loss is Loss.HELD:
            return Again(seconds=self.poll_seconds)
        if loss is Loss.NODE_DIED:
            if losses.nodes >= self.node_deaths:
                return GiveUp(why=f"{losses.nodes} machines died under it", poison=True)
            return Again(seconds=self.first_delay)
        if loss is Loss.WORKER_DIED and losses.workers >= self.kills:
            return GiveUp(why=f"its worker died {losses.workers} times", poison=True)
        if failed >= self.attempts:
            return GiveUp(why=f"{failed} attempts")
        return Again(seconds=self.delay(failed))
