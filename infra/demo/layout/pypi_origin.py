"""Source distributions from the machine's Python package index, without building anything."""

import re
import ssl
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from infra.demo.layout.errors import UpstreamFileError
from infra.demo.layout.pip_settings import PipSettings

_MAX_BYTES = 64 * 2**20
_HINT = "check that 'pip download' works on this machine"


class PypiSources:
    """Simple indexes (PEP 503), asked in pip's order."""

    def __init__(self, settings: PipSettings) -> None:
        self._indexes = settings.indexes
        context = ssl.create_default_context(cafile=settings.cert or None)
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
        if settings.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": settings.proxy, "https": settings.proxy}))
        self._opener = urllib.request.build_opener(*handlers)

    def fetch(self, project: str, filename: str, target: Path) -> None:
        """Download a file of a project to a path.

        Raises:
            UpstreamFileError: no index has it, or none answers.
        """
        complaints = []
        for index in self._indexes:
            page = page_url(index, project)
            try:
                link = find_link(self._get(page).decode(errors="replace"), page, filename)
                if link:
                    target.write_bytes(self._get(link))
                    return
                complaints.append(f"{urlsplit(page).netloc or page}: no such file")
            except (OSError, ValueError) as exc:
                complaints.append(f"{urlsplit(page).netloc or page}: {exc}")
        raise UpstreamFileError(f"no Python index gives {filename}", why="\n".join(complaints), hint=_HINT)

    def _get(self, url: str) -> bytes:
        with self._opener.open(url, timeout=60) as response:
            data = response.read(_MAX_BYTES + 1)
        if not isinstance(data, bytes) or len(data) > _MAX_BYTES:
            raise ValueError(f"more than {_MAX_BYTES} bytes")
        return data


def page_url(index: str, project: str) -> str:
    """Return the URL of a project's page; an index in a directory keeps it in a file."""
    normalised = re.sub(r"[-_.]+", "-", project).lower()
    return f"{index.rstrip('/')}/{normalised}/{'index.html' if index.startswith('file:') else ''}"


def find_link(page: str, base: str, filename: str) -> str:
    """Return the URL of a file that a project's page links to; empty where it does not."""
    parser = _Links()
    parser.feed(page)
    for href in parser.found:
        url = urldefrag(urljoin(base, href)).url
        if unquote(urlsplit(url).path).rpartition("/")[2] == filename:
            return url
    return ""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for name, value in attrs if name == "href" and value]
