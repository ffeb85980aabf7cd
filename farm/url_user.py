"""Hides the user and password of URLs in text that people see."""

import re

HIDDEN = "[hidden]"

_URL_USER = re.compile(r"([a-z][a-z0-9+.-]*://)[^/\s@]+@", re.IGNORECASE)


def without_url_user(text: str) -> str:
    """Return the text with the user part of every URL replaced."""
    return _URL_USER.sub(rf"\1{HIDDEN}@", text)
