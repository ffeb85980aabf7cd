"""A stage of quick builds, a cluster and a database server to kill, and the tree that comes out undisturbed."""

from collections.abc import Iterator

import pytest
from builders.chaos_arena import Arena
from builders.chaos_cluster import chaos_cluster
from builders.chaos_stage import ChaosStage
from builders.postgresql import PostgresqlServer, postgresql_server
from builders.small_disk import small_disk


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    stage = ChaosStage.make(tmp_path_factory.mktemp("stage"))
    root = tmp_path_factory.mktemp("arena")
    try:
        with (
            small_disk(root / "disk", size="24m") as disk,
            chaos_cluster(tmp_path_factory.mktemp("cluster")) as cluster,
        ):
            arena = Arena(root=root, stage=stage, cluster=cluster, disk=disk)
            arena.build_quietly()
            yield arena
    except OSError as error:
        pytest.skip(f"the kernel refuses network namespaces: {error}")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresqlServer]:
    with postgresql_server("fsync=off", "max_connections=60") as server:
        yield server
