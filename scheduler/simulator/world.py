"""What happens in a simulated run, decided beforehand: durations, failures and deaths of machines, as values."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

from farm.build import BuildOutcome
from scheduler.node import Node
from scheduler.retry import Loss
from scheduler.worker_node import WorkerNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A machine goes away, with all that it runs, and comes back.

    Attributes:
        back: seconds of the run at which it is there again; infinity where it never is.
    """

    worker: str
    at: float
    back: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """How likely an attempt ends otherwise than well; each draw depends on the seed and the attempt alone.

    Attributes:
        spread: standard deviation of the natural logarithm of what an attempt takes, over what is expected.
    """

    seed: int = 0
    fails: float = 0.0
    farm_errs: float = 0.0
    worker_dies: float = 0.0
    spread: float = 0.0

    def outcome(self, node: Node, variation: str, attempt: int) -> tuple[BuildOutcome, Loss]:
        """Return how an attempt ends. A compile error is one of the node: it comes back in each attempt."""
        if self._draw("fails", str(node)) < self.fails:
            return BuildOutcome.FAILED, Loss.FARM
        chance = self._draw("ends", str(node), variation, str(attempt))
        if chance < self.farm_errs:
            return BuildOutcome.INFRA_ERROR, Loss.FARM
        if chance < self.farm_errs + self.worker_dies:
            return BuildOutcome.INFRA_ERROR, Loss.WORKER_DIED
        return BuildOutcome.SUCCEEDED, Loss.FARM

    def factor(self, node: Node, variation: str) -> float:
        """Return how much longer a build takes than is expected."""
        if not self.spread:
            return 1.0
        chance = min(max(self._draw("takes", str(node), variation), 1e-9), 1 - 1e-9)
        return math.exp(self.spread * NormalDist().inv_cdf(chance))

    def _draw(self, *words: str) -> float:
        text = "\n".join((str(self.seed), *words))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest()) / 2**56


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a simulated run meets.

    Attributes:
        seconds: of one build of each node, on as many CPUs as the policy gives it.
        resolving: seconds that finding the inputs of a node takes.
        judging: seconds that comparing its builds takes.
    """

    workers: tuple[WorkerNode, ...]
    seconds: Mapping[Node, float]
    chances: Chances = field(default_factory=Chances)
    deaths: tuple[Death, ...] = ()
    resolving: float = 0.0
    judging: float = 0.0
