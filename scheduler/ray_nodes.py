"""The nodes of a Ray cluster, as values."""

from dataclasses import dataclass

import msgspec
import ray

from scheduler.ray_executor import RayExecutor, arch_resource


class _RayNode(msgspec.Struct):
    """What `ray.nodes` says of a node; its other fields do not matter here."""

    NodeName: str
    Alive: bool
    Resources: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNode:
    """A node of a cluster. `slots` are pairs of architecture and build slots, sorted."""

    name: str
    alive: bool
    memory_bytes: int
    slots: tuple[tuple[str, int], ...]


def cluster_nodes(address: str) -> list[ClusterNode]:
    """Return the nodes of a cluster, by name.

    Raises:
        RayStartError: the cluster cannot be joined.
    """
    executor = RayExecutor(address)
    try:
        found = msgspec.convert(ray.nodes(), list[_RayNode])  # type: ignore[no-untyped-call] # Ray leaves it untyped
    finally:
        executor.close()
    prefix = arch_resource("")
    return sorted(
        (
            ClusterNode(
                name=node.NodeName,
                alive=node.Alive,
                memory_bytes=int(node.Resources.get("memory", 0)),
                slots=tuple(
                    sorted(
                        (name.removeprefix(prefix), int(count))
                        for name, count in node.Resources.items()
                        if name.startswith(prefix)
                    )
                ),
            )
            for node in found
        ),
        key=lambda node: node.name,
    )
