"""Copies bytes from a URL to a file, with limits on size and time."""

import http.client
import os
import stat
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from farm.clock import SystemClock
from farm.sources.errors import LookasideUnreachableError, UrlTemplateError
from farm.sources.url_template import checked_url

MAX_BYTES = 16 * 2**30
"""texlive's sources are the largest that Fedora has, with some GiB."""

_WEB = ("http", "https")
_CHUNK = 2**20
_CLOCK = SystemClock()
_LENGTH_DIGITS = 18
_STALL_SECONDS = 60.0
_TOTAL_SECONDS = 3600.0
_GONE = frozenset({404, 410})
_RETRY = frozenset({408, 425, 429})
_SERVER_ERROR = 500


class NotThereError(Exception):
    """The place answers, and does not have the file."""


class TransientError(LookasideUnreachableError):
    """The place does not answer as it should; trying again may help."""

    code = "SRC011"


class _WebRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to the web alone: urllib's own would go to ftp as well."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in _WEB:
            fp.close()
            raise LookasideUnreachableError("a download is redirected off the web", why=f"{req.full_url} to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(
    url: str, write: Callable[[bytes], object], *, stall: float = _STALL_SECONDS, total: float = _TOTAL_SECONDS
) -> None:
    """Give the bytes behind a `file:`, `http:` or `https:` URL to a writer, piece by piece.

    Args:
        stall: seconds without a byte; total: seconds for everything.

    Raises:
        NotThereError: there is no such file.
        TransientError: the place is down, stalls, is overloaded or sends less than it announced.
        LookasideUnreachableError: it refuses, redirects off the web, or sends too much.
        UrlTemplateError: the URL is of another sort.
    """
    scheme = urlsplit(checked_url(url)).scheme
    if scheme == "file":
        _copy_file(url, write)
    elif scheme in _WEB:
        _fetch(url, write, stall=stall, total=total)
    else:
        raise UrlTemplateError("a file cannot be downloaded from such a URL", why=f"{url!r}: {scheme} is for dist-git")


def _copy_file(url: str, write: Callable[[bytes], object]) -> None:
    parts = urlsplit(url)
    if parts.hostname not in (None, "localhost"):
        raise LookasideUnreachableError("a file: URL names another machine", why=url)
    path = Path(unquote(parts.path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError, ValueError) as exc:
        raise NotThereError(url) from exc
    except OSError as exc:
        raise LookasideUnreachableError("a source file cannot be read", why=f"{url}\n{exc}") from exc
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise LookasideUnreachableError("a source is no regular file", why=url)
    with os.fdopen(descriptor, "rb") as stream:
        _pump(url, stream, write, deadline=None)


def _fetch(url: str, write: Callable[[bytes], object], *, stall: float, total: float) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "rpm-rebuild-farm"})  # noqa: S310 - checked above
    deadline = _CLOCK.monotonic() + total
    try:
        with urllib.request.build_opener(_WebRedirects).open(request, timeout=stall) as response:
            received = _pump(url, response, write, deadline=deadline)
            announced = response.headers.get("Content-Length", "")
    except urllib.error.HTTPError as exc:
        raise _refused(url, exc) from exc
    except (OSError, http.client.HTTPException) as exc:
        raise TransientError("a source file cannot be fetched", why=f"{url}\n{exc}", hint="try again later") from exc
    except ValueError as exc:  # urllib's way to say that a URL, or the one it is redirected to, cannot be asked for
        raise LookasideUnreachableError("a source file cannot be asked for", why=f"{url}\n{exc}") from exc
    if announced.isdecimal() and received < int(announced[:_LENGTH_DIGITS]):
        raise TransientError("a source file breaks off", why=f"{url}: {received} of {announced} bytes came")


def _refused(url: str, exc: urllib.error.HTTPError) -> Exception:
    exc.close()
    if exc.code in _GONE:
        return NotThereError(url)
    kind = TransientError if exc.code in _RETRY or exc.code >= _SERVER_ERROR else LookasideUnreachableError
    return kind("a source file cannot be fetched", why=f"{url}: {exc.code} {exc.reason}", hint="try again later")


def _pump(url: str, stream: IO[bytes], write: Callable[[bytes], object], *, deadline: float | None) -> int:
    received = 0
    while piece := stream.read1(_CHUNK) if hasattr(stream, "read1") else stream.read(_CHUNK):
        received += len(piece)
        if received > MAX_BYTES:
            raise LookasideUnreachableError("a source file is too big", why=f"{url}: more than {MAX_BYTES} bytes")
        if deadline is not None and _CLOCK.monotonic() > deadline:
            raise TransientError("a source file takes too long", why=f"{url}: {received} bytes came")
        write(piece)
    return received
