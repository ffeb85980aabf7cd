"""A number of things in words for people. Pure."""


def counted(number: int, thing: str) -> str:
    """Return `1 build`, `2 builds`; the plural takes an s, after a consonant and y it is `ies`."""
    if number == 1:
        return f"1 {thing}"
    if thing.endswith("y") and thing[-2:-1] not in "aeiou":
        return f"{number} {thing[:-1]}ies"
    return f"{number} {thing}s"
