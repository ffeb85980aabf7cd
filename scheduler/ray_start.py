"""Starts Ray on this machine, or joins a cluster."""

import logging

from tenacity import Retrying, stop_after_attempt

from farm.errors import InfrastructureError
from scheduler.cluster_node import ARCH_RESOURCE
from scheduler.cluster_token import make_token
from scheduler.local_ray_node import local_ray_nodes
from scheduler.node_start import own_address
from scheduler.ray_library import ray
from workers.capacity import machine_capacity

_ATTEMPTS = 3
_OBJECT_STORE_BYTES = 100 * 2**20
"""Only small values travel through Ray: files go through the artifact store."""


class RayStartError(InfrastructureError):
    """Ray could not be started or joined."""

    code = "RAY001"


def start_ray(address: str = "") -> None:
    """Join the cluster of an address, or start Ray on this machine.

    Ray's own patience with its processes is fixed, and too short where all cores are busy: it is tried several times.

    Raises:
        RayStartError: it does not come up.
        TokenError: this process has a token that is none.
    """
    if not address:
        make_token()
    attempts = Retrying(stop=stop_after_attempt(_ATTEMPTS), reraise=True, before_sleep=lambda _state: ray.shutdown())
    try:
        if address:
            attempts(_join, address)
        else:
            attempts(_start_here)
    except Exception as exc:  # Ray raises bare ones where something does not come up in time
        if address:
            hint = "a driver runs on a node of its cluster: farm worker start --slots 0 makes this machine one"
            raise RayStartError(f"cannot join the cluster at {address}", why=str(exc), hint=hint) from exc
        hint = "see the logs in /tmp/ray"
        raise RayStartError("Ray does not start on this machine", why=str(exc), hint=hint) from exc


def _join(address: str) -> None:
    """Join a cluster under the address that its head sees this machine at."""
    ray.init(
        address=address,
        _node_ip_address=own_address(address.rpartition(":")[0]),
        log_to_driver=False,
        logging_level=logging.ERROR,
    )


def _start_here() -> None:
    capacity = machine_capacity()
    with local_ray_nodes():
        ray.init(
            address="local",  # else a cluster that happens to run on this machine would be joined
            num_cpus=capacity.cpus,
            resources={ARCH_RESOURCE + arch.arch: arch.slots for arch in capacity.arches},
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=_OBJECT_STORE_BYTES,
        )
