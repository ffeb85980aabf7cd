"""Which words of a project may become a link."""

from urllib.parse import urlsplit


def is_web_link(url: str) -> bool:
    """Tell whether a text is an http(s) URL and nothing else."""
    if any(character in url for character in " \t\r\n<>\"'|`\\") or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
