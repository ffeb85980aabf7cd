import pytest

from farm.project.go_url import BadUrlError, is_web_url, parse_url


@pytest.mark.parametrize(
    ("text", "scheme", "host", "path"),
    [
        ("https://host:8080/a%20b?q#f", "https", "host:8080", "/a%20b"),
        ("HTTPS://Host/x", "https", "Host", "/x"),
        ("file:///etc/key", "file", "", "/etc/key"),
        ("http://me:secret@[::1]:80/x", "http", "[::1]:80", "/x"),
        ("//host/x", "", "host", "/x"),
        ("///x", "", "", "///x"),
        ("relative/path", "", "", "relative/path"),
    ],
)
def test_parts(text: str, scheme: str, host: str, path: str) -> None:
    url = parse_url(text)
    assert (url.scheme, url.host, url.path) == (scheme, host, path)


def test_what_follows_a_scheme_without_a_slash_is_opaque() -> None:
    assert parse_url("mailto:me@host").opaque == "me@host"


@pytest.mark.parametrize(
    "text",
    [
        "http://ho st/",
        "http://host/%zz",
        "http://host/\x7f",
        "http://host:x/",
        "http://[::1/",
        "http://us er@host/",
        "http://ho^st/",
        ":x",
        "a:b/c".replace("a", "1"),
        "http://host/#%4",
        "http://%41host/",
    ],
)
def test_what_go_refuses(text: str) -> None:
    with pytest.raises(BadUrlError):
        parse_url(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://h", True),
        ("HTTPS://h/x", True),
        ("ftp://h", False),
        ("http:///x", False),
        ("http:h", False),
        ("%", False),
    ],
)
def test_addresses_of_the_web(text: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert is_web_url(text) is expected
