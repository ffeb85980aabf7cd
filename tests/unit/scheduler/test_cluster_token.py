from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.cluster_token import TokenError, make_token, require_token
from scheduler.ray_library import AuthenticationTokenLoader


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home without a token; Ray forgets those that it has read."""
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    with monkeypatch.context() as own:
        own.setenv("HOME", str(tmp_path))
        AuthenticationTokenLoader.instance().reset_cache()
        yield tmp_path
    monkeypatch.undo()
    AuthenticationTokenLoader.instance().reset_cache()


def test_a_token_is_made_once(home: Path) -> None:
    with pytest.raises(TokenError, match="there is no token"):
        require_token()
    make_token()
    token = (home / ".ray" / "auth_token").read_text()
    assert token
    make_token()
    require_token()
    assert (home / ".ray" / "auth_token").read_text() == token


@pytest.mark.parametrize("content", [b"", b"\xff\0\n\nx", "gültig".encode()])
def test_what_ray_would_die_of_is_told(home: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    path = home / "token"
    path.write_bytes(content)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(path))
    for look in (make_token, require_token):
        with pytest.raises(TokenError, match="token for the cluster"):
            look()


@pytest.mark.parametrize("place", ["missing", "."])
def test_no_token_is_made_where_another_place_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(home / place))
    for look in (make_token, require_token):
        with pytest.raises(TokenError, match="there is no token"):
            look()
    assert not (home / ".ray").exists()
