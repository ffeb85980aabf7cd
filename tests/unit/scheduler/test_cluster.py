import math
import socket
from collections.abc import Callable

import pytest

from scheduler.cluster import Cluster, ClusterUnreachableError, _seconds


def cluster_at(port: int) -> Cluster:
    cluster = Cluster.__new__(Cluster)
    cluster.address = f"127.0.0.1:{port}"
    return cluster


@pytest.mark.parametrize(
    "ask",
    [
        Cluster.nodes,
        lambda cluster: cluster.want_slots({"x86_64": 2}),
        Cluster.wanted_slots,
        lambda cluster: cluster.drained_until("ab"),
        lambda cluster: cluster.forget("ab"),
    ],
)
def test_a_head_that_is_gone_is_told_before_ray_is_asked(ask: Callable[[Cluster], object]) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        listening.listen()
        cluster_at(port).require_head()
    with pytest.raises(ClusterUnreachableError, match="does not answer"):
        ask(cluster_at(port))


def test_a_silent_head_is_asked_again_before_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def silent(where: tuple[str, int], timeout: float) -> socket.socket:
        asked.append((where, timeout))
        raise TimeoutError("timed out")

    monkeypatch.setattr("scheduler.cluster.socket.create_connection", silent)
    with pytest.raises(ClusterUnreachableError):
        cluster_at(6379).require_head()
    assert asked == [(("127.0.0.1", 6379), 5.0)] * 4


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "x" * 64])
def test_a_name_of_no_host_is_told(host: str) -> None:
    cluster = Cluster.__new__(Cluster)
    cluster.address = f"{host}:6379"
    with pytest.raises(ClusterUnreachableError):
        cluster.require_head()


@pytest.mark.parametrize(
    ("text", "until"), [(b"12.5", 12.5), (b"inf", math.inf), (b"nan", math.inf), (b"\xff", math.inf)]
)
def test_a_time_that_is_none_never_comes(text: bytes, until: float) -> None:
    assert _seconds(text) == until
