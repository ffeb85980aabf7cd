from pathlib import Path

import pytest

from farm import environment


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FARM_STATE", "FARM_CACHE", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")


@pytest.mark.parametrize(
    ("root", "state", "cache"),
    [(True, "/var/lib/farm", "/var/cache/farm"), (False, "/home/me/.local/state/farm", "/home/me/.cache/farm")],
)
def test_defaults(monkeypatch: pytest.MonkeyPatch, *, root: bool, state: str, cache: str) -> None:
    monkeypatch.setattr(environment, "is_root", lambda: root)
    assert (str(environment.state_directory(None)), str(environment.cache_directory())) == (state, cache)


def test_the_option_wins_over_the_variable_and_that_over_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_STATE", "/named")
    monkeypatch.setenv("FARM_CACHE", "/cache")
    assert environment.state_directory(Path("/option")) == Path("/option")
    assert environment.state_directory(None) == Path("/named")
    assert environment.cache_directory() == Path("/cache")


def test_relative_directories_are_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FARM_STATE", "state")
    assert environment.state_directory(None) == tmp_path / "state"
    assert environment.state_directory(Path("other")) == tmp_path / "other"


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_X", "")
    assert environment.variable("FARM_X", "default") == "default"


def test_xdg(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.user_config_directory() == Path("/home/me/.config")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg")
    assert environment.user_config_directory() == Path("/xdg")


def test_a_default_does_not_replace_what_the_user_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARM_X", "mine")
    environment.set_default("FARM_X", "ours")
    assert environment.inherited()["FARM_X"] == "mine"
