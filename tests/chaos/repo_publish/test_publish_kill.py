"""A publisher that is killed with SIGKILL at each of its steps: clients keep a whole state, the next one goes on."""

import subprocess
import sys
from pathlib import Path

import pytest
from builders.farm_state import FarmState
from builders.rpms import SmallRpms, make_small_rpms

from farm.process import BASE_ENVIRONMENT
from repo_publish.check import check_published
from repo_publish.published import current_snapshot

pytestmark = [pytest.mark.chaos, pytest.mark.integration]

ROOT = Path(__file__).parents[3]

PUBLISH = """
import os, signal, sys
from pathlib import Path
from builders.farm_state import FarmState
import importlib

root, rpm, source, module, step = sys.argv[1:]
farm = FarmState(root=Path(root))
farm.judge("hello", [Path(rpm)], Path(source))
owner = importlib.import_module(module)
real = getattr(owner, step)

def die_after(*arguments, **named):
    real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, step, die_after)
farm.publisher().publish(farm.compose())
"""

STEPS = [
    ("repo_publish.recover", "_remove_unfinished", False),
    ("repo_publish.publish", "sign_compose", False),
    ("repo_publish.assemble", "_packages", False),
    ("repo_publish.publish", "assemble", False),
    ("repo_publish.publish", "sync", False),
    ("repo_publish.publish", "flip", True),
]


@pytest.fixture(scope="module")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> SmallRpms:
    return make_small_rpms(tmp_path_factory.mktemp("rpms"))


@pytest.mark.parametrize(("module", "step", "flipped"), STEPS)
def test_killed_publisher(module: str, step: str, *, flipped: bool, rpms: SmallRpms, tmp_path: Path) -> None:
    farm = FarmState(root=tmp_path / "state")
    with farm.ledger:
        farm.judge("hello", [rpms.hello], rpms.hello_source)
        farm.publisher().publish(farm.compose())
        before = current_snapshot(farm.state)
        environment = {**BASE_ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'repo-publish'}:{ROOT / 'tests'}"}
        files = [str(rpms.hello2), str(rpms.hello2_source)]
        argv = [sys.executable, "-c", PUBLISH, str(farm.root), *files, module, step]
        assert subprocess.run(argv, check=False, env=environment, timeout=120).returncode == -9
        assert (current_snapshot(farm.state) == before) is not flipped
        farm.judge("hello", [rpms.hello2], rpms.hello2_source)
        report = farm.publisher().publish(farm.compose())
        assert report.changed is not flipped
        assert check_published(farm.state, farm.ledger, farm.authority()).findings == ()
        assert sorted(path.name[:7] for path in farm.state.snapshots.iterdir()) == ["000001-", "000002-"]
        assert not list(farm.state.root.glob(".repo-*"))
