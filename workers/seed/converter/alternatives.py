"""Debian's update-alternatives as links that an RPM's Lua scriptlet makes: no shell, so it works in an empty root."""

import re
from dataclasses import dataclass

from workers.seed.converter.usrmerge import merged

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n")
_ASSIGNMENT = re.compile(r"^\s*(\w+)=([\w./+-]+)\s*$", re.MULTILINE)
_ALTERNATIVE = re.compile(r"--(?:install|slave)\s+(/\S+)\s+\S+\s+(/\S+)")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._+/@:\[-]+")
_DROPPED = ("/man/", "/info/")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Alternative:
    """A link that stands for one of several programs, and the program that this package brings."""

    link: str
    target: str


def parse_alternatives(postinst: str) -> tuple[Alternative, ...]:
    """Read the alternatives that a maintainer script installs, sorted.

    The script is not run. Plain assignments (`ver=1.17`) are expanded; whatever still needs a shell is left out, as
    are links to manual pages.
    """
    text = _CONTINUED.sub(" ", _COMMENT.sub("", postinst))
    for name, value in _ASSIGNMENT.findall(text):
        text = text.replace("${" + name + "}", value)
        text = re.sub(rf"\${name}\b", value, text)
    found = set()
    for link, target in _ALTERNATIVE.findall(text):
        plain = _PLAIN_PATH.fullmatch(link) and _PLAIN_PATH.fullmatch(target)
        if plain and not any(part in link for part in _DROPPED):
            found.add(Alternative(link=_merged(link), target=_merged(target)))
    return tuple(sorted(found))


def lua_links(alternatives: tuple[Alternative, ...]) -> tuple[str, ...]:
    """Return the lines of a Lua scriptlet that makes each link that is not there yet."""
    return tuple(
        f'if not posix.stat("{link}") then os.remove("{link}"); posix.symlink("{target}", "{link}") end'
        for link, target in ((each.link, each.target) for each in alternatives)
    )


def _merged(path: str) -> str:
    return "/" + merged(path.lstrip("/"))
