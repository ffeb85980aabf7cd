"""Repository metadata as XML: parsed without entities, and only what createrepo_c or its likes write."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # shipped without types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped] # shipped without types

from scheduler.metadata_file import MetadataInvalidError

_HINT = "create the repository's metadata again with createrepo_c"
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)[\"']")


def check_text(data: bytes, name: str) -> None:
    """Refuse metadata that is not plain UTF-8 XML without declarations.

    `<!` opens a document type, an entity, a comment or a CDATA section. No writer of metadata needs any of them, and
    without them every `<` begins a tag: the text can be cut at tags without parsing it twice.

    Raises:
        MetadataInvalidError: always one of file and reason.
    """
    if not data.strip():
        raise MetadataInvalidError(f"{name} is empty", hint=_HINT)
    declared = _ENCODING.match(data)
    if declared is not None and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise MetadataInvalidError(f"{name} is not UTF-8", why=f"it declares {declared[1][:40]!r}", hint=_HINT)
    try:
        data.decode()
    except UnicodeDecodeError as exc:
        raise MetadataInvalidError(f"{name} is not UTF-8", why=str(exc), hint=_HINT) from exc
    if b"<!" in data:
        raise MetadataInvalidError(
            f"{name} holds an XML declaration, comment or CDATA section",
            why=f"`<!` at byte {data.index(b'<!')}: entities can be bombs, and metadata needs none",
            hint=_HINT,
        )


def elements(data: bytes, tag: str, name: str, *, root: str) -> Iterator[Element]:
    """Yield the elements of a name (`{namespace}local`) that are children of the root, one after the other.

    An element is emptied when the next one is asked for, so that a large file does not fill the memory.

    Raises:
        MetadataInvalidError: it is no well-formed XML, has a document type, or another root.
    """
    check_text(data, name)
    depth = 0
    try:
        for event, element in iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1 and element.tag != root:
                raise MetadataInvalidError(f"{name} is no {root.rpartition('}')[2]}", why=f"<{element.tag[:80]}>")
            if event == "end" and depth == 1:
                if element.tag == tag:
                    yield element
                element.clear()
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise MetadataInvalidError(f"{name} is not well-formed XML", why=str(exc), hint=_HINT) from exc


def safe_location(href: str, name: str) -> str:
    """Return a location if it stays below the repository's root.

    Raises:
        MetadataInvalidError: it is absolute, a URL, empty, or climbs with `..`.
    """
    path = PurePosixPath(href)
    if not href or path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or not href.isprintable():
        raise MetadataInvalidError(
            f"{name} names a file outside of its repository", why=f"location {href[:200]!r}", hint=_HINT
        )
    return href
