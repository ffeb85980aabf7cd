"""URLs of dist-git repositories and lookaside files (azldev: `fedorasource.go`)."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from farm.sources.errors import UrlTemplateError

SCHEMES = ("file", "git", "http", "https")
"""What may be fetched from. `ssh` and remote helpers are not among them: they run programs."""

_SEGMENT_SAFE = "$&+=:@"


def expand_dist_git(template: str, package: str) -> str:
    """Return the URL of a package's repository: `$pkg` stands for its name.

    Raises:
        UrlTemplateError: it is no URL of a known scheme, or the name holds a placeholder.
    """
    return _expand(template, {"$pkg": package})


def expand_lookaside(template: str, *, package: str, filename: str, hash_type: str, hash_hex: str) -> str:
    """Return the URL of a source file: `$pkg`, `$filename`, `$hashtype` and `$hash` stand for theirs.

    Raises:
        UrlTemplateError: it is no URL of a known scheme, or a value holds a placeholder.
    """
    values = {"$pkg": package, "$filename": filename, "$hashtype": hash_type.lower(), "$hash": hash_hex}
    return _expand(template, values)


def _expand(template: str, values: Mapping[str, str]) -> str:
    for value in values.values():
        clash = next((name for name in values if name in value), "")
        if clash:
            raise UrlTemplateError("a URL cannot be made", why=f"{value!r} contains the placeholder {clash}")
    url = template
    for name, value in values.items():
        url = url.replace(name, quote(value, safe=_SEGMENT_SAFE))
    return checked_url(url)


def checked_url(url: str) -> str:
    """Return a URL that may be fetched from.

    Raises:
        UrlTemplateError: its scheme is another one, or it has no host where it needs one.
    """
    try:
        parts = urlsplit(url)
    except ValueError as exc:
        raise UrlTemplateError("a URL cannot be read", why=f"{url!r}: {exc}") from exc
    if parts.scheme not in SCHEMES:
        raise UrlTemplateError(
            "a URL has no scheme that the farm fetches from",
            why=f"{url!r}; known are {', '.join(SCHEMES)}",
        )
    if parts.scheme != "file" and not parts.hostname:
        raise UrlTemplateError("a URL has no host", why=repr(url))
    if any(char.isspace() or not char.isprintable() for char in url):
        raise UrlTemplateError("a URL has white space or control characters", why=repr(url))
    return url
