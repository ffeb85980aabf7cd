"""Headers of the tar archives that azldev writes: Go's `archive/tar` in GNU format, bit for bit."""

from farm.archive.errors import ArchiveFaultError

BLOCK = 512
REGULAR = b"0"
SYMBOLIC_LINK = b"2"
DIRECTORY = b"5"

_LONG_NAME = b"L"
_LONG_LINK = b"K"
_NAME_BYTES = 100
_MAGIC_GNU = b"ustar  \0"


def header(kind: bytes, name: bytes, *, mode: int, size: int = 0, link: bytes = b"") -> bytes:
    """Return the blocks before a member's content: owner 0, no owner names, time 0.

    Raises:
        ArchiveFaultError: the member is too large for the format.
    """
    blocks = b""
    if len(name) > _NAME_BYTES:
        blocks += _long(_LONG_NAME, name)
    if len(link) > _NAME_BYTES:
        blocks += _long(_LONG_LINK, link)
    fields = (
        _text(name),
        *(_octal(mode, 8), _octal(0, 8), _octal(0, 8), _octal(size, 12), _octal(0, 12)),
        *(b" " * 8, kind, _text(link), _MAGIC_GNU, bytes(64), _octal(0, 8), _octal(0, 8)),
    )
    return blocks + _sealed(b"".join(fields))


def padding(size: int) -> bytes:
    """Return what fills a member's last block."""
    return bytes(-size % BLOCK)


END = bytes(2 * BLOCK)
"""The end of an archive; Go fills no record beyond it."""


def _long(kind: bytes, text: bytes) -> bytes:
    data = text + b"\0"
    fields = (
        b"././@LongLink".ljust(_NAME_BYTES, b"\0"),
        *(_octal(0, 8), _octal(0, 8), _octal(0, 8), _octal(len(data), 12), _octal(0, 12)),
        *(b" " * 8, kind, bytes(_NAME_BYTES), _MAGIC_GNU),
    )
    return _sealed(b"".join(fields)) + data + padding(len(data))


def _sealed(block: bytes) -> bytes:
    block = block.ljust(BLOCK, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _text(text: bytes) -> bytes:
    """Return a name's field; one that is cut at a slash loses it, so that it looks like no directory."""
    field = bytearray(text[:_NAME_BYTES].ljust(_NAME_BYTES, b"\0"))
    if len(text) > _NAME_BYTES and field.endswith(b"/"):
        field[len(bytes(field[:-1]).rstrip(b"/"))] = 0
    return bytes(field)


def _octal(value: int, width: int) -> bytes:
    digits = b"%0*o" % (width - 1, value)
    if len(digits) >= width:
        raise ArchiveFaultError(f"a member of {value} bytes is too large for a tar archive")
    return digits + b"\0"
