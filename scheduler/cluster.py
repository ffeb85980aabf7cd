"""A Ray cluster as its head knows it: who is in it, and who is to leave. Needs no Ray process on this machine."""

import math
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from farm.clock import SystemClock
from farm.errors import InfrastructureError, UsageError
from scheduler.cluster_node import ARCH_RESOURCE, ClusterNode, NodeStatus, cluster_node
from scheduler.cluster_token import require_token
from scheduler.ray_library import (
    DrainNodeReason,
    GcsClient,
    RayError,
    canonicalize_bootstrap_address,
    get_cluster_resource_state,
    ray,
)
from scheduler.ray_library import NodeStatus as RayStatus

_CONNECT_SECONDS = 5.0
_CONNECT_ATTEMPTS = 4
_ANSWER_SECONDS = 10.0
_HEAD_PORT = 6379
_MOST_SLOTS = 10_000
_DRAINS = b"farm-drains"
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


class ClusterAddressError(UsageError):
    """What was given as the address of a cluster is none."""

    code = "RAY002"


class ClusterUnreachableError(InfrastructureError):
    """The head of a cluster does not answer, or refuses the token."""

    code = "RAY003"


class NoSuchNodeError(UsageError):
    """No node of the cluster has this name, or several have."""

    code = "RAY004"


class DrainRefusedError(InfrastructureError):
    """A node cannot be drained."""

    code = "RAY005"


def cluster_address(given: str) -> str:
    """Return the address of a cluster's head as HOST:PORT; `auto` is the cluster of this machine.

    Raises:
        ClusterAddressError: it is no address, or there is no cluster on this machine.
    """
    if given != "auto" and not _ADDRESS.fullmatch(given):
        hint = "give HOST:PORT, or auto on one of its nodes"
        raise ClusterAddressError(f"{given!r} is no address of a cluster", hint=hint)
    try:
        found = canonicalize_bootstrap_address(given)
    except (ConnectionError, OSError, ValueError) as exc:
        raise ClusterAddressError(f"there is no cluster at {given}", why=str(exc)) from exc
    if not found:
        raise ClusterAddressError("this machine is in no cluster", hint="give the HOST:PORT of its head")
    return str(found)


def head_address(given: str) -> str:
    """Return HOST:PORT that a new head listens at: what was given, of this machine and Ray's usual port where not.

    Raises:
        ClusterAddressError: that is no address.
    """
    host, port = given, _HEAD_PORT
    if given and (found := _ADDRESS.fullmatch(given)):
        host, port = found[1], int(found[2])
    elif given:
        raise ClusterAddressError(f"{given!r} is no address to listen at", hint="give HOST:PORT")
    if not host:
        host = ray.util.get_node_ip_address()  # type: ignore[no-untyped-call] # Ray leaves it untyped
    return f"{host}:{port}"


class Cluster:
    """A running cluster.

    Args:
        address: HOST:PORT of its head, or `auto` on one of its nodes.

    Raises:
        ClusterAddressError: that is no address.
        ClusterUnreachableError: nobody answers there, or the token is another one.
        TokenError: this process has none.
    """

    def __init__(self, address: str) -> None:
        self.address = cluster_address(address)
        self.require_head(attempts=1)
        require_token()
        with self._asking():
            self._head = GcsClient(address=self.address)

    def nodes(self) -> list[ClusterNode]:
        """Return the nodes, the head first, then by host and id.

        Raises:
            ClusterUnreachableError: the head does not answer any more.
        """
        with self._asking():
            state = get_cluster_resource_state(self._head)
        found = [
            cluster_node(
                node_id=node.node_id.hex(),
                address=node.node_ip_address,
                status=_STATUS.get(node.status, NodeStatus.IDLE),
                total=dict(node.total_resources),
                available=dict(node.available_resources),
                labels=dict(node.labels),
            )
            for node in state.node_states
        ]
        return sorted(found, key=lambda node: (not node.is_head, node.host, node.node_id))

    def live_nodes(self) -> list[ClusterNode]:
        """Return the nodes that are not dead."""
        return [node for node in self.nodes() if node.status is not NodeStatus.DEAD]

    def node_named(self, name: str) -> ClusterNode:
        """Return the one live node that a person means: by host, address, or the beginning of its id.

        Raises:
            NoSuchNodeError: there is none, or there are several.
        """
        found = [node for node in self.live_nodes() if node.answers_to(name)]
        if len(found) > 1:  # a machine may be head and worker; who names it means the worker
            found = [node for node in found if not node.is_head]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(node.node_id[:12] for node in found)
            hint = "give the beginning of one of these ids"
            raise NoSuchNodeError(f"{len(found)} nodes answer to {name}", why=ids, hint=hint)
        raise NoSuchNodeError(f"no node answers to {name}", hint="farm worker list shows the nodes")

    def drain(self, node: ClusterNode, *, why: str, within: float = math.inf) -> None:
        """Let a node end what it runs and give it nothing more; it leaves the cluster after that.

        Args:
            within: seconds after which `farm worker start` there ends it, whatever it still runs.

        Raises:
            DrainRefusedError: it is the head, which is the cluster, or Ray refuses.
            ClusterUnreachableError: the head does not answer.
        """
        if node.is_head:
            raise DrainRefusedError(
                f"{node.host} is the head", why="the cluster ends with its head", hint="stop its service instead"
            )
        until = SystemClock().now().timestamp() + within
        key, text = node.node_id.encode(), str(until).encode()
        reason = DrainNodeReason.Value("DRAIN_NODE_REASON_PREEMPTION")
        with self._asking():
            self._head.internal_kv_put(key, text, overwrite=True, namespace=_DRAINS, timeout=_ANSWER_SECONDS)
            accepted, refusal = self._head.drain_node(node.node_id, reason, why, 0)
        if not accepted:
            raise DrainRefusedError(f"{node.host} cannot be drained", why=refusal)

    def want_slots(self, slots: Mapping[str, int]) -> None:
        """Say how many build slots of each architecture there should be, instead of what was said before.

        The autoscaler of the cluster, where there is one, starts and ends machines for that. More than 10,000 are not
        asked for.
        """
        wanted = {arch: min(count, _MOST_SLOTS) for arch, count in sorted(slots.items()) if count > 0}
        bundles: list[dict[str, float]] = [{"CPU": 1, ARCH_RESOURCE + arch: 1} for arch in wanted]
        with self._asking():
            self._head.request_cluster_resource_constraint(
                bundles, [{} for _ in bundles], list(wanted.values()), timeout_s=_ANSWER_SECONDS
            )

    def wanted_slots(self) -> dict[str, int]:
        """Return what was asked for with `want_slots`."""
        with self._asking():
            state = get_cluster_resource_state(self._head)
        return {
            name.removeprefix(ARCH_RESOURCE): request.count
            for constraint in state.cluster_resource_constraints
            for request in constraint.resource_requests
            for name in request.request.resources_bundle
            if name.startswith(ARCH_RESOURCE)
        }

    def drained_until(self, node_id: str) -> float | None:
        """Return when a node is to be gone (seconds since the epoch, or infinity); None where nobody drained it."""
        with self._asking():
            found = self._head.internal_kv_get(node_id.encode(), namespace=_DRAINS, timeout=_ANSWER_SECONDS)
        return None if found is None else _seconds(found)

    def forget(self, node_id: str) -> None:
        """Forget that a node was drained: it is gone."""
        key = node_id.encode()
        with self._asking():
            self._head.internal_kv_del(key, del_by_prefix=False, namespace=_DRAINS, timeout=_ANSWER_SECONDS)

    def require_head(self, attempts: int = _CONNECT_ATTEMPTS) -> None:
        """See that somebody listens. Ray itself would try for a minute, and then end the whole process.

        Who refuses is gone, with all that the cluster knew; who is silent may be behind a network that comes back.

        Raises:
            ClusterUnreachableError: nobody does.
        """
        host, _, port = self.address.rpartition(":")
        retrying = Retrying(
            retry=retry_if_exception_type(TimeoutError), stop=stop_after_attempt(attempts), reraise=True
        )
        try:
            retrying(socket.create_connection, (host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()
        except (OSError, OverflowError, UnicodeError) as exc:
            raise self._unreachable(exc) from exc

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """See that the head is there, and put Ray's errors into our words: Ray would wait for one that is gone."""
        self.require_head()
        try:
            yield
        except (RayError, RuntimeError) as exc:
            raise self._unreachable(exc) from exc

    def _unreachable(self, exc: Exception) -> ClusterUnreachableError:
        return ClusterUnreachableError(
            f"the cluster at {self.address} does not answer",
            why=next(iter(str(exc).splitlines()), type(exc).__name__),
            hint="is its head running, is the port open, and is the token the same (docs/operations.md)?",
        )


def _seconds(text: bytes) -> float:
    """Return a time that somebody in the cluster wrote; never, where it is none."""
    try:
        found = float(text)
    except ValueError:
        return math.inf
    return math.inf if math.isnan(found) else found


_STATUS = {
    RayStatus.Value("DEAD"): NodeStatus.DEAD,
    RayStatus.Value("DRAINING"): NodeStatus.DRAINING,
}
