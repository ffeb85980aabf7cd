"""Limits on rich dependencies, before libsolv parses them.

libsolv parses by recursion (deep nesting overflows the stack of the process) and multiplies `or` over `and` out (twenty
pairs take half a minute). RPMs of this stage are built from specs: their dependencies are foreign input.
"""

import html
import re

from scheduler.metadata_file import MetadataInvalidError
from scheduler.requirement import clauses
from scheduler.requirement_text import RequirementError, parse_requirement

_MAX_CLAUSES = 1024
_RICH_NAME = re.compile(rb"name\s*=\s*(?:\"(\([^\"]*)|'(\([^']*))")
_HIDDEN_PARENTHESIS = re.compile(rb"&#(?:0*40|x0*28);")


def check_dependencies(primary: bytes, name: str) -> None:
    """Refuse metadata with a rich dependency that is broken, too deep or too large.

    Raises:
        MetadataInvalidError: naming the file and the dependency.
    """
    if _HIDDEN_PARENTHESIS.search(primary):
        raise MetadataInvalidError(f"{name} writes a parenthesis as a character reference", why="no writer needs that")
    for texts in {match.groups() for match in _RICH_NAME.finditer(primary)}:
        text = html.unescape((texts[0] or texts[1]).decode(errors="replace"))
        try:
            size = clauses(parse_requirement(text))
        except RequirementError as exc:
            raise MetadataInvalidError(f"{name} has a dependency that cannot be used", why=exc.what) from exc
        if size > _MAX_CLAUSES:
            raise MetadataInvalidError(
                f"{name} has a dependency that takes too long to solve", why=f"{text[:200]}: {size} clauses"
            )
