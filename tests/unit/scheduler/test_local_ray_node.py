import pytest

from scheduler.local_ray_node import LocalRayNode, local_ray_nodes
from scheduler.ray_library import ray_node

THEIRS = ray_node.Node


def test_ray_is_started_so_only_as_long_as_it_is_asked_for() -> None:
    with local_ray_nodes():
        assert ray_node.Node is LocalRayNode
    assert ray_node.Node is THEIRS


@pytest.mark.parametrize("start", ["start_monitor", "start_log_monitor", "start_api_server"])
def test_what_is_left_out_is_a_step_of_rays_own_start(start: str) -> None:
    """Otherwise this Ray starts it by another name."""
    assert start in vars(THEIRS)
    assert start in vars(LocalRayNode)
