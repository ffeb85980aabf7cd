"""How far a node of a run is."""

from dataclasses import dataclass, field

from farm.digest import Digest
from farm.states import FINAL_STATES, NodeState
from scheduler.retry import Loss, Losses


@dataclass(slots=True)
class NodeProgress:
    """How far a node is.

    Attributes:
        resolving: its inputs are being found, or looked at again later.
        stuck: something that it needs will never be usable.
        built: variations that have succeeded.
        running: the attempt of each variation that runs.
        placed: the machine that each variation was given last, or how its name begins.
        failed: attempts of each variation that count against its budget.
    """

    state: NodeState = NodeState.PLANNED
    why: str = ""
    build_id: Digest | None = None
    resolving: bool = False
    stuck: bool = False
    built: set[str] = field(default_factory=set)
    running: dict[str, int] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    placed: dict[str, str] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)

    @property
    def started(self) -> bool:
        """Whether anything was done about it."""
        return self.resolving or self.build_id is not None

    @property
    def over(self) -> bool:
        """Whether nothing will be done about it any more."""
        return self.stuck or self.state in FINAL_STATES

    def lose(self, variation: str, loss: Loss) -> None:
        """Count an attempt that gave no result."""
        self.losses.workers += loss is Loss.WORKER_DIED
        self.losses.nodes += loss is Loss.NODE_DIED
        if loss in {Loss.FARM, Loss.WORKER_DIED}:
            self.failed[variation] = self.failed.get(variation, 0) + 1
