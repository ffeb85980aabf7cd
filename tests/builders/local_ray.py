"""A Ray of this machine alone, in this very process, with the farm's settings."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.cluster_token import make_token
from scheduler.ray_library import ray


@contextmanager
def local_ray() -> Iterator[None]:
    """Run Ray with two CPUs for the block."""
    make_token()
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        yield
    finally:
        ray.shutdown()
