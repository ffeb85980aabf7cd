"""`perl(X)` provides: Debian's rpm has no generator for them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_MODULE = re.compile(
    r"/(?:etc/perl|usr/share/perl5|usr/share/perl/[\d.]+|usr/lib/[^/]+/perl5/[\d.]+|usr/lib/[^/]+/perl/[\d.]+"
    r"|usr/lib/[^/]+/perl-base)/(?P<module>[A-Za-z_]\w*(?:/\w+)*)\.pm"
)
_VERSION = re.compile(
    rb"^\s*(?:(?:our|my)\s+)?\$(?:[\w:]+::)?VERSION\s*=\s*['\"]?v?(\d+(?:\.\d+)*)['\"]?\s*;", re.MULTILINE
)
_READ_BYTES = 64 * 1024


def perl_provides(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield the provides of every module that lies in one of Debian's Perl directories, with the version it states."""
    for path in paths:
        match = _MODULE.fullmatch(path)
        if match and (root / path.lstrip("/")).is_file():
            with (root / path.lstrip("/")).open("rb") as stream:
                version = _VERSION.search(stream.read(_READ_BYTES))
            name = f"perl({match['module'].replace('/', '::')})"
            yield f"{name} = {version[1].decode()}" if version else name
