"""Ray's programs on a machine that builds alone, without those that only a cluster or a dashboard needs.

Ray starts them whatever it is told. Each is a Python program with all of Ray in it: they take almost half of the CPU
time, and seconds, of every start and end.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from scheduler.ray_library import ray_node


class LocalRayNode(ray_node.Node):
    """What `ray.init` starts where it starts Ray."""

    def start_monitor(self) -> None:
        """Start no autoscaler: there is one machine."""

    def start_log_monitor(self) -> None:
        """Start nothing that reads what workers print: a build's log is in the artifact store."""

    def start_api_server(self, *, include_dashboard: bool | None, raise_on_failure: bool) -> None:
        """Start no server of the dashboard."""
        del include_dashboard, raise_on_failure
        self._webui_url = ""


@contextmanager
def local_ray_nodes() -> Iterator[None]:
    """Have `ray.init` start Ray so, as long as this lasts."""
    theirs = ray_node.Node
    ray_node.Node = LocalRayNode  # type: ignore[misc] # Ray has no other way to leave them out
    try:
        yield
    finally:
        ray_node.Node = theirs  # type: ignore[misc] # as above
