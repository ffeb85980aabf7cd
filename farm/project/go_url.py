"""URLs as Go's `net/url` reads them: what it refuses, a project must not say."""

import re
from dataclasses import dataclass


class BadUrlError(ValueError):
    """The text is no URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoUrl:
    """A URL in parts.

    Attributes:
        scheme: in lower case; empty where the text has none.
        host: with port; empty where there is none.
        opaque: what follows the scheme where that is not a slash.
    """

    scheme: str
    host: str = ""
    opaque: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%]*")
_HOST = re.compile(r"""(?:[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>"]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f])*""")
_PORT = re.compile(r"(?::[0-9]*)?")


def parse_url(text: str) -> GoUrl:
    """Return the parts of a URL.

    Raises:
        BadUrlError: Go would not take it: control characters, broken escapes, a bad host or port.
    """
    if any(char < " " or char == "\x7f" for char in text):
        raise BadUrlError("it has control characters")
    rest, _, fragment = text.partition("#")
    if rest.startswith(":"):
        raise BadUrlError("its scheme is missing")
    found = _SCHEME.match(rest)
    scheme = found[1].lower() if found else ""
    rest = rest[found.end() :] if found else rest
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return GoUrl(scheme=scheme, opaque=rest, query=query, fragment=fragment)
        if ":" in rest.partition("/")[0]:
            raise BadUrlError("its first part has a colon")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        host, rest = _host(authority), slash + path
    if _ESCAPE.search(rest) or _ESCAPE.search(fragment):
        raise BadUrlError("it has a broken % escape")
    return GoUrl(scheme=scheme, host=host, path=rest, query=query, fragment=fragment)


def is_web_url(text: str) -> bool:
    """Tell whether a text is an http or https URL with a host."""
    try:
        url = parse_url(text)
    except BadUrlError:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


def _host(authority: str) -> str:
    user, _, host = authority.rpartition("@")
    if not _USER.fullmatch(user) or _ESCAPE.search(user):
        raise BadUrlError("its user part is invalid")
    if host.startswith("["):
        address, closed, port = host.rpartition("]")
        if not closed:
            raise BadUrlError("its host has no closing bracket")
    else:
        address, colon, number = host.rpartition(":")
        address, port = (address, colon + number) if colon else (host, "")
    if not _PORT.fullmatch(port):
        raise BadUrlError("its port is no number")
    if not _HOST.fullmatch(address):
        raise BadUrlError("its host is invalid")
    return host
