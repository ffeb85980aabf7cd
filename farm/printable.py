"""Makes foreign text safe for a terminal."""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return text with every control or format character escaped (`\x1b`), but for those in `keep`.

    Names and log lines come from specs and builds: an escape sequence in them could rewrite what a terminal shows.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in keep else _escaped(character) for character in text
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", errors="backslashreplace").decode("ascii")
