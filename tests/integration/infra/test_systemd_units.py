"""The units as systemd itself reads them."""

import shutil
from pathlib import Path

import pytest

from farm.process import Finished, run

pytestmark = pytest.mark.integration

UNITS = Path(__file__).parents[3] / "infra" / "systemd"
NAMES = ("farm-head", "farm-signer", "farm-worker")

EXPOSURE = {"farm-head": 30, "farm-signer": 20, "farm-worker": 75}
"""Tenths of what `systemd-analyze security` says at the most: a worker mounts, and starts sandboxes of its own."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root directory with systemd's own units and a farm."""
    systemd = Path("/usr/lib/systemd/system")
    if not systemd.is_dir():
        systemd = Path("/lib/systemd/system")
    shutil.copytree(systemd, tmp_path / "usr/lib/systemd/system", symlinks=True)
    farm = tmp_path / "opt/farm/bin/farm"
    farm.parent.mkdir(parents=True)
    farm.touch(mode=0o755)
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    return tmp_path


def verify(root: Path, name: str, text: str) -> Finished:
    (root / "etc/systemd/system" / f"{name}.service").write_text(text, encoding="utf-8")
    return run(["systemd-analyze", "verify", f"--root={root}", "--man=no", "--recursive-errors=no", f"{name}.service"])


def text_of(name: str) -> str:
    return (UNITS / f"{name}.service").read_text(encoding="utf-8")


def test_every_unit_is_looked_at() -> None:
    assert sorted(path.stem for path in UNITS.glob("*.service")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_systemd_reads_the_unit_without_a_complaint(root: Path, name: str) -> None:
    done = verify(root, name, text_of(name))
    assert (done.status, done.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_slip_in_a_unit_is_told(root: Path, name: str) -> None:
    done = verify(root, name, text_of(name).replace("ProtectHome=yes", "ProtectHomes=yes"))
    assert "'ProtectHomes'" in done.stderr
    done = verify(root, name, text_of(name).replace("/opt/farm/bin/farm", "/opt/farm/bin/form"))
    assert done.status != 0
    assert "is not executable" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_unit_is_shut_in(root: Path, name: str) -> None:
    verify(root, name, text_of(name))
    argv = ["systemd-analyze", "security", "--offline=true", f"--root={root}", f"--threshold={EXPOSURE[name]}"]
    done = run([*argv, f"{name}.service"])
    assert done.ok, done.stdout.decode().splitlines()[-1]
