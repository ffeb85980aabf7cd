"""`cmake(X)` provides, as Fedora's cmake.prov makes them; Debian's rpm has no generator for them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_CONFIG = re.compile(
    r"(?P<directory>/usr/(?:lib|lib/[^/]+|share)/cmake/[^/]+)/(?P<name>[A-Za-z0-9_.+-]+?)(?P<suffix>Config|-config)\.cmake"
)
_VERSION = re.compile(rb"""^\s*set\s*\(\s*PACKAGE_VERSION\s+"?(\d+(?:\.\d+)*)"?\s*\)""", re.MULTILINE | re.IGNORECASE)
_READ_BYTES = 64 * 1024


def cmake_provides(root: Path, paths: Iterable[str]) -> Iterator[str]:
    """Yield the provides of every CMake package file, with the version that its version file states."""
    for path in paths:
        match = _CONFIG.fullmatch(path)
        if match is None:
            continue
        version = _version(root / match["directory"].lstrip("/"), match["name"])
        for name in dict.fromkeys((match["name"], match["name"].lower())):
            yield f"cmake({name}) = {version}" if version else f"cmake({name})"


def _version(directory: Path, name: str) -> str:
    for suffix in ("ConfigVersion", "-config-version"):
        candidate = directory / f"{name}{suffix}.cmake"
        if candidate.is_file():
            with candidate.open("rb") as stream:
                match = _VERSION.search(stream.read(_READ_BYTES))
            return match[1].decode() if match else ""
    return ""
