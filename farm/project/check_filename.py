"""What may stand where a plain file name is asked for."""

MAX_NAME_BYTES = 255
"""What Linux file systems take."""


def filename_fault(name: str) -> str:
    """Return what is wrong with a plain file name, or nothing (azldev: `ValidateFilename`)."""
    if not name:
        return "a file name must not be empty"
    if name in (".", "..") or "/" in name or "\\" in name:
        return f"{name!r} must be a plain file name without directories"
    if not name.isascii() or any(char == " " or not char.isprintable() for char in name):
        return f"{name!r} must be ASCII, without white space or control characters"
    if len(name.encode(errors="replace")) > MAX_NAME_BYTES:
        return f"{name[:40]!r}... has more than {MAX_NAME_BYTES} bytes"
    return ""
