from pathlib import Path

import pytest

from farm.project.user_config import user_config_file


@pytest.mark.parametrize(
    ("xdg", "home", "expected"),
    [
        ("/xdg", "/home/me", "/xdg/azldev/config.toml"),
        ("relative", "/home/me", "/home/me/.config/azldev/config.toml"),
        ("", "/home/me", "/home/me/.config/azldev/config.toml"),
    ],
)
def test_only_absolute_places_count(monkeypatch: pytest.MonkeyPatch, xdg: str, home: str, expected: str) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", xdg)
    monkeypatch.setenv("HOME", home)
    assert user_config_file() == Path(expected)


def test_there_may_be_no_place_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", "me")
    assert user_config_file() is None
