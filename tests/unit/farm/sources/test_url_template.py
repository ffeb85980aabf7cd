import pytest

from farm.sources.errors import UrlTemplateError
from farm.sources.url_template import checked_url, expand_dist_git, expand_lookaside

TEMPLATE = "https://example.org/pkgs/$pkg/$filename/$hashtype/$hash/$filename"


def test_values_are_escaped_as_path_segments() -> None:
    assert expand_dist_git("file:///git/$pkg.git", "gtk+ ü/x") == "file:///git/gtk+%20%C3%BC%2Fx.git"
    url = expand_lookaside(TEMPLATE, package="p", filename="a?b#c.tar", hash_type="SHA512", hash_hex="ab")
    assert url == "https://example.org/pkgs/p/a%3Fb%23c.tar/sha512/ab/a%3Fb%23c.tar"


@pytest.mark.parametrize("name", ["$pkg", "a$hash", "x$filename"])
def test_a_value_may_not_hold_a_placeholder(name: str) -> None:
    with pytest.raises(UrlTemplateError, match="cannot be made"):
        expand_lookaside(TEMPLATE, package="p", filename=name, hash_type="SHA512", hash_hex="ab")


@pytest.mark.parametrize(
    "url",
    [
        "/srv/git",
        "ext::sh -c touch% /tmp/x",
        "ssh://host/x",
        "https:///x",
        "ftp://host/x",
        "http://[/x",
        "https://h/a b",
        "",
    ],
)
def test_only_urls_that_are_safe_to_fetch_pass(url: str) -> None:
    with pytest.raises(UrlTemplateError):
        checked_url(url)


def test_a_local_place_is_a_file_url() -> None:
    assert checked_url("file:///srv/git/x.git") == "file:///srv/git/x.git"
