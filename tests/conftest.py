"""The real RPM world that integration and end-to-end tests build in."""

import signal
from pathlib import Path

import hypothesis
import pytest

from farm.environment import variable

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has background jobs ignore Ctrl-C, and so would all programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile("farm", deadline=None)
hypothesis.settings.load_profile("farm")


@pytest.fixture(scope="session")
def seed_repository() -> Path:
    """Root of a seed repository of this machine's architecture: RPMs and repodata."""
    return _named("FARM_TEST_SEED", "no seed repository")


@pytest.fixture(scope="session")
def foreign_seed_repository() -> Path:
    """Root of a seed repository of an architecture that this machine only emulates, beside that of its own."""
    return _named("FARM_TEST_FOREIGN_SEED", "no seed repository of an emulated architecture")


@pytest.fixture(scope="session")
def client_root() -> Path:
    """Root directory of a system with dnf5."""
    return _named("FARM_TEST_CLIENT_ROOT", "no client root with dnf5")


@pytest.fixture(scope="session")
def real_tree() -> Path:
    """A checkout of Azure Linux 4.0, which is read and never written."""
    return _checkout("FARM_TEST_AZURELINUX")


@pytest.fixture(scope="session")
def real_tree_git() -> Path:
    """The git directory of that checkout, with its history."""
    return _checkout("FARM_TEST_AZURELINUX_GIT")


@pytest.fixture
def own_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a test, in which the command line in this process has configuration, state and cache."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    monkeypatch.setenv("FARM_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("FARM_CACHE", str(tmp_path / "cache"))
    return tmp_path


def _checkout(variable_name: str) -> Path:
    named = variable(variable_name)
    if not named:
        pytest.skip(f"{variable_name} names no checkout of Azure Linux 4.0 (microsoft/azurelinux, tomls/base/main)")
    return Path(named)


def _named(variable_name: str, missing: str) -> Path:
    named = variable(variable_name)
    if not named:
        pytest.skip(f"{missing}: infra/check makes one and names it in {variable_name}")
    return Path(named)
