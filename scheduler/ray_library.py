"""The one place that imports Ray: its settings are read from the environment while it is imported."""

from farm.environment import set_default

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
    # Ray listens on every address of the machine, whatever it is told; the token keeps strangers out.
    "RAY_AUTH_MODE": "token",
    # The head asks each node once a second. One that refuses is given up after 3 s, one that is silent after
    # 3 x (1 s + 1.5 s) = 7.5 s: then its builds begin elsewhere. Ray's own patience would be 15 s and 65 s.
    "RAY_health_check_initial_delay_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "1500",
    "RAY_health_check_failure_threshold": "3",
}

for _name, _value in _SETTINGS.items():
    set_default(_name, _value)

import ray  # noqa: E402 - after its settings, as all below
from ray._private import node as ray_node  # noqa: E402
from ray._private.authentication.authentication_token_setup import ensure_token_if_auth_enabled  # noqa: E402
from ray._private.services import canonicalize_bootstrap_address  # noqa: E402
from ray._raylet import AuthenticationTokenLoader, GcsClient  # type: ignore[attr-defined] # noqa: E402 - made of C++, without types
from ray.autoscaler.v2.sdk import get_cluster_resource_state  # noqa: E402
from ray.core.generated.autoscaler_pb2 import DrainNodeReason, NodeStatus  # type: ignore[attr-defined] # noqa: E402 - protobuf
from ray.exceptions import (  # noqa: E402
    LocalRayletDiedError,
    NodeDiedError,
    RayError,
    RaySystemError,
    WorkerCrashedError,
)
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: E402

__all__ = [
    "AuthenticationTokenLoader",
    "DrainNodeReason",
    "GcsClient",
    "LocalRayletDiedError",
    "NodeAffinitySchedulingStrategy",
    "NodeDiedError",
    "NodeStatus",
    "RayError",
    "RaySystemError",
    "WorkerCrashedError",
    "canonicalize_bootstrap_address",
    "ensure_token_if_auth_enabled",
    "get_cluster_resource_state",
    "ray",
    "ray_node",
]
