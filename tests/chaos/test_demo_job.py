"""The demo's main job on two nodes while nodes, driver and head are killed: it ends in the repository of a quiet run.

    infra/quickstart                                        lays out the demo's sites and seed, once
    FARM_TEST_DEMO=/var/cache/farm/demo/sites.toml FARM_TEST_LONG=1 pytest -s tests/chaos/test_demo_job.py

FARM_TEST_DEMO_COMPONENTS names others than the few taken by default; each must come out reproducible.
Everything is real: rendering, source RPMs, buildroots, builds, verdicts, signing and publishing by the command.
"""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders.chaos_arena import Arena
from builders.chaos_cluster import chaos_cluster
from builders.chaos_run import ChaosRun, driver_environment
from builders.chaos_seed import LONG, chance
from builders.chaos_stage import ARCH, ChaosStage
from builders.chaos_strikes import Blows, Striker
from builders.published_tree import copy_key, digests_below, signer_at_noon
from builders.run_invariants import check_run

from farm.environment import cache_directory, inherited, variable
from farm.paths import StatePaths
from scheduler.node import Node

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not LONG, reason="real builds, many times interrupted: FARM_TEST_LONG=1"),
]

DEMO = Path(__file__).parents[2] / "infra" / "demo"
COMPONENTS = (variable("FARM_TEST_DEMO_COMPONENTS") or "demo-release libtermkey entr lzo").split()
KILLS = 8
OF_THEIR_PLACE = {"farm.repo", "snapshot.json"}
"""Name the directory, and the moment of publishing."""


@dataclass(kw_only=True)
class DemoRun(ChaosRun):
    """Drivers are `farm build` itself, on the demo."""

    sites: Path

    def farm(self, *arguments: str) -> list[str]:
        where = ["-C", str(DEMO), "--config-file", str(self.sites), "--state", str(self.state.root)]
        return [sys.executable, "-m", "farm", *where, *arguments]

    def command(self) -> list[str]:
        cluster = ["--address", self.address] if self.address else []
        chosen = [word for name in COMPONENTS for word in ("-p", name)]
        return self.farm("build", "-k", "--arch", ARCH, *chosen, *cluster)

    def publish(self) -> Mapping[str, str]:
        with signer_at_noon(self.state, DEMO):
            done = subprocess.run(
                self.farm("repo", "publish"), env=dict(self.environment), capture_output=True, text=True, check=False
            )
        assert done.returncode == 0, done.stderr
        files = digests_below(self.state.repositories.resolve())
        return {path: digest for path, digest in files.items() if path not in OF_THEIR_PLACE}


def demo_run(root: Path, name: str, sites: Path, environment: Mapping[str, str]) -> DemoRun:
    return DemoRun(
        stage=ChaosStage(root=root, parts={}),
        state=StatePaths(root=root / name),
        logs=root / f"{name}-logs",
        environment=environment,
        sites=sites,
    )


def nodes_of(run: DemoRun) -> list[Node]:
    with run.ledger() as ledger:
        return [Node(outcome.component, outcome.arch) for outcome in ledger.last_outcomes()]


def test_the_demo_ends_in_the_repository_of_a_quiet_run(tmp_path: Path) -> None:
    sites = variable("FARM_TEST_DEMO")
    if not sites:
        pytest.skip("FARM_TEST_DEMO names no configuration of the demo's sites: infra/quickstart writes one")
    cache = cache_directory()
    quiet = demo_run(tmp_path, "quiet", Path(sites), {**inherited(), "FARM_CACHE": str(cache)})
    assert quiet.start().wait(1800) == 0, quiet.said()
    expected = quiet.publish()
    luck = chance("demo")
    try:
        with chaos_cluster(tmp_path, cache=cache) as cluster:
            run = demo_run(tmp_path, "struck", Path(sites), driver_environment(cluster.environment))
            run.address, run.prefix = cluster.address, cluster.within("head")
            blows = Blows(run=run, chance=luck, cluster=cluster)
            kinds = (blows.driver, blows.node, blows.build, blows.head)
            striker = Striker(chance=luck, blows=kinds, most=KILLS, pause=(2.0, 12.0))
            arena = Arena(root=tmp_path, stage=run.stage, cluster=cluster, disk=tmp_path)
            arena.build_through(run, striker)
    except OSError as error:
        pytest.skip(f"the kernel refuses network namespaces: {error}")
    print(f"{run.drivers} drivers, killed {run.kills}")  # noqa: T201 - the figure
    assert "Traceback" not in run.said(), run.said()
    with run.ledger() as ledger:
        check_run(ledger, run.state, nodes_of(quiet))
    copy_key(quiet.state, run.state)
    assert run.publish() == expected
