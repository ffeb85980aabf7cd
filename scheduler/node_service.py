"""Runs a node of a cluster on this machine, in the foreground: from joining to leaving."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from farm.background_program import BackgroundProgram
from farm.clock import Clock
from farm.environment import inherited
from farm.errors import InfrastructureError
from scheduler.cluster import Cluster, ClusterUnreachableError
from scheduler.cluster_node import ClusterNode, NodeStatus
from scheduler.node_start import NodeStart, start_command

_JOIN_SECONDS = 120.0
_LOOK_SECONDS = 1.0
_HEAD_PATIENCE_SECONDS = 30.0
_SHOWN_LINES = 15


class NodeStartError(InfrastructureError):
    """A node did not come up."""

    code = "RAY007"


class NodeEndedError(InfrastructureError):
    """A node ended that nobody had asked to leave."""

    code = "RAY008"


@dataclass(kw_only=True)
class NodeService:
    """A node from its start to its end.

    Attributes:
        drain_seconds: how long builds may go on after the service was asked to stop.
        tell: says to a person what happens.
    """

    node: NodeStart
    drain_seconds: float
    clock: Clock
    tell: Callable[[str], None]
    _stops: int = field(default=0, init=False)

    def stop(self) -> None:
        """Ask the node to leave, from a signal handler: drained at first; at once when asked again."""
        self._stops += 1

    def run(self) -> None:
        """Start the node and stay until it has left.

        Raises:
            NodeStartError: it did not come up.
            NodeEndedError: it ended by itself, or its head is gone.
        """
        with BackgroundProgram(start_command(self.node), environment=inherited()) as program:
            cluster, joined = self._join(program)
            if cluster is None or joined is None:
                return
            self.tell(f"{'head' if joined.is_head else 'worker'} {joined.host} ({joined.node_id[:12]}) is up")
            self._stay(program, cluster, joined)

    def _join(self, program: BackgroundProgram) -> tuple[Cluster | None, ClusterNode | None]:
        """Wait until the node is in its cluster; nothing where it is asked to stop before."""
        deadline = self.clock.monotonic() + _JOIN_SECONDS
        last = ""
        while self.clock.monotonic() < deadline and not self._stops:
            if program.ended() is not None:
                raise NodeStartError("the node does not start", why=_last_lines(program))
            try:
                cluster = Cluster(self.node.address)
                for found in cluster.nodes():
                    if found.start == self.node.start:
                        return cluster, found
            except ClusterUnreachableError as error:
                last = error.why
            self.clock.sleep(_LOOK_SECONDS)
        if self._stops:
            return None, None
        raise NodeStartError(
            f"the node did not join {self.node.address} within {_JOIN_SECONDS:.0f} s", why=last or _last_lines(program)
        )

    def _stay(self, program: BackgroundProgram, cluster: Cluster, joined: ClusterNode) -> None:
        """Look after the node until it has left, or must."""
        end = math.inf
        draining = False
        answered = self.clock.monotonic()
        while self._stops <= 1 and self.clock.monotonic() < end:
            try:
                if self._stops and not draining:
                    if joined.is_head:
                        return None
                    cluster.drain(joined, why="its service stops")
                    draining, end = True, self.clock.monotonic() + self.drain_seconds
                    self.tell(f"{joined.host} drains: what it builds may take {self.drain_seconds:.0f} s more")
                status = _status(cluster, joined)
                if status is NodeStatus.DEAD:
                    return self._left(cluster, joined)
                end = min(end, self._drained_until(cluster, joined))
                answered = self.clock.monotonic()
            except ClusterUnreachableError as error:
                if self.clock.monotonic() - answered > _HEAD_PATIENCE_SECONDS:
                    raise NodeEndedError("the head of the cluster is gone", why=error.why) from error
            if program.ended() is not None:
                raise NodeEndedError("Ray ended on this machine", why=_last_lines(program))
            self.clock.sleep(_LOOK_SECONDS)
        self.tell(f"{joined.host} ends now; what still runs there is built elsewhere")
        return None

    def _drained_until(self, cluster: Cluster, joined: ClusterNode) -> float:
        """Return the monotonic time when whoever drains this node wants it to be gone."""
        asked = cluster.drained_until(joined.node_id)
        if asked is None:
            return math.inf
        return self.clock.monotonic() + asked - self.clock.now().timestamp()

    def _left(self, cluster: Cluster, joined: ClusterNode) -> None:
        if cluster.drained_until(joined.node_id) is None:
            raise NodeEndedError(f"the cluster gave up {joined.host}", why="its Ray processes ended, or did not answer")
        cluster.forget(joined.node_id)
        self.tell(f"{joined.host} has left the cluster")


def _status(cluster: Cluster, joined: ClusterNode) -> NodeStatus:
    found = (node.status for node in cluster.nodes() if node.node_id == joined.node_id)
    return next(found, NodeStatus.DEAD)


def _last_lines(program: BackgroundProgram) -> str:
    return "\n".join(program.words().splitlines()[-_SHOWN_LINES:])
