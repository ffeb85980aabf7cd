"""Copies bytes from a URL to a target, going on where an earlier transfer broke off, with limits on size and time."""

import http.client
import os
import re
import stat
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO
from urllib.parse import unquote, urlsplit

from farm.clock import SystemClock
from farm.sources.errors import LookasideUnreachableError, TransientError, UrlTemplateError
from farm.sources.transfer import TransferLimits, TransferTarget
from farm.sources.url_template import checked_url

_WEB = ("http", "https")
_CHUNK = 2**20
_CLOCK = SystemClock()
_LENGTH_DIGITS = 18
_RANGE = re.compile(r"bytes (?P<first>[0-9]{1,18})-[0-9]{1,18}/(?:[0-9]{1,18}|\*)")
_GONE = frozenset({404, 410})
_RETRY = frozenset({408, 425, 429})
_PARTIAL = 206
_UNSATISFIABLE = 416
_SERVER_ERROR = 500


class NotThereError(Exception):
    """The place answers, and does not have the file."""


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


def download(url: str, target: TransferTarget, limits: TransferLimits) -> str:
    """Give a target the bytes behind a `file:`, `http:` or `https:` URL that it does not have yet.

    Returns:
        how the place says that it packed the bytes (`Content-Encoding`): they are taken as they come. Empty as a rule.

    Raises:
        NotThereError: there is no such file.
        TransientError: the place is down, stalls, is overloaded, or sends less than it announced; what came is kept.
        LookasideUnreachableError: it refuses, redirects off the web, or sends too much.
        UrlTemplateError: the URL is of another sort.
    """
    scheme = urlsplit(checked_url(url)).scheme
    if scheme == "file":
        _copy_file(url, target, limits)
        return ""
    if scheme in _WEB:
        return _fetch(url, target, limits)
    raise UrlTemplateError("a file cannot be downloaded from such a URL", why=f"{url!r}: {scheme} is for dist-git")


def _copy_file(url: str, target: TransferTarget, limits: TransferLimits) -> None:
    parts = urlsplit(url)
    if parts.hostname not in (None, "localhost"):
        raise LookasideUnreachableError("a file: URL names another machine", why=url)
    try:
        descriptor = os.open(unquote(parts.path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:  # refuses a directory
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise LookasideUnreachableError("a source is no regular file", why=url)
            target.restart()
            _expect(url, target, status.st_size, limits)
            while piece := stream.read(_CHUNK):
                target.write(piece)
    except (FileNotFoundError, NotADirectoryError, ValueError) as exc:
        raise NotThereError(url) from exc
    except OSError as exc:
        raise LookasideUnreachableError("a source file cannot be read", why=f"{url}\n{exc}") from exc


def _fetch(url: str, target: TransferTarget, limits: TransferLimits) -> str:
    headers = {"User-Agent": "rpm-rebuild-farm", "Accept": "*/*", "Accept-Encoding": "identity"}
    if target.size:
        headers["Range"] = f"bytes={target.size}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - checked by `download`
    deadline = _CLOCK.monotonic() + limits.total_seconds
    try:
        with urllib.request.build_opener(_WebRedirects).open(request, timeout=limits.stall_seconds) as response:
            _begin(url, response.status, response.headers, target)
            announced = _length(response.headers)
            if announced is not None:
                announced += target.size
                _expect(url, target, announced, limits)
            _pump(url, response, target, limits, deadline)
            encoding = str(response.headers.get("Content-Encoding", ""))
    except urllib.error.HTTPError as exc:
        raise _refused(url, exc, target) from exc
    except (OSError, http.client.HTTPException) as exc:
        raise TransientError("a source file cannot be fetched", why=f"{url}\n{exc}", hint="try again later") from exc
    except ValueError as exc:  # urllib's way to say that a URL, or the one it is redirected to, cannot be asked for
        raise LookasideUnreachableError("a source file cannot be asked for", why=f"{url}\n{exc}") from exc
    if announced is not None and target.size < announced:
        raise TransientError("a source file breaks off", why=f"{url}: {target.size} of {announced} bytes came")
    return encoding


def _begin(url: str, status: int, headers: Mapping[str, str], target: TransferTarget) -> None:
    """See where in the file an answer begins.

    Raises:
        TransientError: elsewhere than was asked for; the target is empty then.
    """
    if status != _PARTIAL:
        if target.size:
            target.restart()
        return
    found = _RANGE.fullmatch(headers.get("Content-Range", ""))
    if found is None or int(found["first"]) != target.size:
        target.restart()
        raise TransientError("a place goes on elsewhere than it was asked to", why=url)


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text[:_LENGTH_DIGITS]) if text.isascii() and text.isdecimal() else None


def _expect(url: str, target: TransferTarget, total: int, limits: TransferLimits) -> None:
    if total > limits.most_bytes:
        target.restart()
        raise _too_big(url, limits)
    target.expect(total)


def _refused(url: str, exc: urllib.error.HTTPError, target: TransferTarget) -> Exception:
    exc.close()
    if exc.code in _GONE:
        return NotThereError(url)
    transient = exc.code in _RETRY or exc.code >= _SERVER_ERROR
    if exc.code == _UNSATISFIABLE and target.size:
        target.restart()
        transient = True
    kind = TransientError if transient else LookasideUnreachableError
    return kind("a source file cannot be fetched", why=f"{url}: {exc.code} {exc.reason}", hint="try again later")


def _pump(
    url: str, response: http.client.HTTPResponse, target: TransferTarget, limits: TransferLimits, deadline: float
) -> None:
    since, before = _CLOCK.monotonic(), target.size
    while piece := response.read1(_CHUNK):
        if target.size + len(piece) > limits.most_bytes:
            target.restart()
            raise _too_big(url, limits)
        target.write(piece)
        now = _CLOCK.monotonic()
        if now > deadline:
            raise TransientError("a source file takes too long", why=f"{url}: {target.size} bytes came")
        if now - since > limits.stall_seconds:
            if target.size - before < limits.slowest * (now - since):
                raise TransientError("a source file comes too slowly", why=f"{url}: {target.size} bytes came")
            since, before = now, target.size


def _too_big(url: str, limits: TransferLimits) -> LookasideUnreachableError:
    return LookasideUnreachableError("a source file is too big", why=f"{url}: more than {limits.most_bytes} bytes")
