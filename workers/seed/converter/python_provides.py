"""`python3dist(x)` provides, which rpm's own generator makes only for `site-packages`, not for Debian's directories."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_METADATA = re.compile(
    r"/usr/lib/python3(?:\.\d+)?/dist-packages/[^/]+(?:\.dist-info/METADATA|\.egg-info/PKG-INFO|\.egg-info)"
)
_SEPARATORS = re.compile(r"[-_.]+")
_VERSION = re.compile(r"v?(?:(?P<epoch>[0-9]{1,9})!)?(?P<release>[0-9]+(?:\.[0-9]+)*)(?P<rest>.*)", re.IGNORECASE)
_PRE = re.compile(r"[-_.]?(?P<kind>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<number>[0-9]{0,18})", re.IGNORECASE)
_POST = re.compile(r"[-_.]?(?:post|rev|r)[-_.]?(?P<number>[0-9]{0,18})", re.IGNORECASE)
_DEV = re.compile(r"[-_.]?dev[-_.]?(?P<number>[0-9]{0,18})", re.IGNORECASE)
_KINDS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}
_HEAD_BYTES = 64 * 1024


def python_provides(root: Path, paths: Iterable[str], python: str) -> Iterator[str]:
    """Yield the provides of every distribution among the files, for `python3` and for the exact Python (`3.13`)."""
    for path in paths:
        if _METADATA.fullmatch(path) and (root / path.lstrip("/")).is_file():
            with (root / path.lstrip("/")).open("rb") as stream:
                found = _name_and_version(stream.read(_HEAD_BYTES).decode(errors="replace"))
            if found:
                name, version = found
                for prefix in ("python3dist", f"python{python}dist"):
                    yield f"{prefix}({name}) = {version}"


def normalized_name(name: str) -> str:
    """Return a distribution's name as PEP 503 normalizes it."""
    return _SEPARATORS.sub("-", name).lower()


def rpm_version(version: str) -> str:
    """Return a PEP 440 version in RPM's order, as Fedora's pythondistdeps writes it; empty where it is none.

    Trailing zeros go (`2.0` is `2`), a pre-release gets `~`, a post-release `^post`, a development release `~~dev`.
    """
    match = _VERSION.fullmatch(version.strip().partition("+")[0])
    if match is None:
        return ""
    numbers = [part.lstrip("0") or "0" for part in match["release"].split(".")]
    while len(numbers) > 1 and numbers[-1] == "0":
        numbers.pop()
    epoch = int(match["epoch"] or 0)
    text, rest = f"{epoch}:" * bool(epoch) + ".".join(numbers), match["rest"]
    if pre := _PRE.match(rest):
        kind = pre["kind"].lower()
        text, rest = f"{text}~{_KINDS.get(kind, kind)}{int(pre['number'] or 0)}", rest[pre.end() :]
    if post := _POST.match(rest):
        text, rest = f"{text}^post{int(post['number'] or 0)}", rest[post.end() :]
    if dev := _DEV.match(rest):
        text, rest = f"{text}~~dev{int(dev['number'] or 0)}", rest[dev.end() :]
    return "" if rest else text


def _name_and_version(metadata: str) -> tuple[str, str] | None:
    head = metadata.split("\n\n", 1)[0]
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line and line[0] not in " \t")
    name, version = normalized_name(fields.get("Name", "").strip()), rpm_version(fields.get("Version", ""))
    return (name, version) if re.fullmatch(r"[a-z0-9-]+", name) and version else None
