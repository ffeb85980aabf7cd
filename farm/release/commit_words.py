"""What a commit's message tells rpmautospec: magic comments, and the items of a changelog entry."""

import re
from dataclasses import dataclass
from textwrap import TextWrapper

_MAGIC = re.compile(r"\s*\[(.*)\]\s*")
_SKIP = re.compile(r"\s*skip\s+changelog\s*")
_BUMP = re.compile(r"\s*bump\s+release\s*(?::\s*)?(\d{1,9})\s*")
_ELLIPSIS = re.compile(r"(?:\.{3,}|…+)\s*(.*)")
_WIDTH = 75


@dataclass(frozen=True, slots=True, kw_only=True)
class MagicWords:
    """Commands in a message, each on a line of its own in brackets.

    Attributes:
        skip_changelog: `[skip changelog]`.
        bump_release: `[bump release: N]`: the release is at least N; 0 where nothing is said.
    """

    skip_changelog: bool
    bump_release: int


def magic_words(message: str) -> MagicWords:
    """Return the commands of a message."""
    found = [line for line in map(_MAGIC.fullmatch, message.split("\n")) if line]
    parts = [part for line in found for part in line[1].split(",")]
    bumps = [int(match[1]) for match in map(_BUMP.match, parts) if match]
    return MagicWords(
        skip_changelog=any(_SKIP.match(part) for part in parts),
        bump_release=max(bumps, default=0),
    )


def changelog_items(message: str) -> list[str]:
    """Return the items of a changelog entry: the subject, and the list that the body begins with.

    A body that begins with an ellipsis goes on with the subject. Per cent signs are doubled, as a spec needs it.
    """
    lines = [line.replace("%", "%%").strip() for line in message.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    end = lines.index("") if "" in lines else len(lines)
    subject = lines[:end]
    if subject and subject[0].startswith("-"):
        subject[0] = subject[0][1:].lstrip()
    body = lines[end:]
    while body and not body[0]:
        body.pop(0)
    items = [subject]
    if body and (continued := _ELLIPSIS.fullmatch(body[0])):
        subject.append(continued[1])
        body.pop(0)
        while body and body[0] and not body[0].startswith("-"):
            subject.append(body.pop(0))
        if body and not body[0]:
            body = []
    elif body and not body[0].startswith("-"):
        body = []
    for line in body[: body.index("") if "" in body else len(body)]:
        if line.startswith("-"):
            items.append([line[1:].lstrip()])
        else:
            items[-1].append(line)
    return [" ".join(item) for item in items]


def item_lines(items: list[str]) -> str:
    """Return items as lines of a changelog, wrapped."""
    wrapper = TextWrapper(width=_WIDTH, subsequent_indent="  ")
    return "\n".join(wrapper.fill(f"- {item}") for item in items)
