"""Whether a spec is to be built for an architecture."""

from collections.abc import Sequence


def exclusion(arch: str, *, noarch: bool, exclusive: Sequence[str], excluded: Sequence[str]) -> str:
    """Say, in rpm's words, why a spec is not to be built for an architecture; empty where it is.

    rpm checks `noarch` packages against the word `noarch` alone (build/parsePreamble.c); which machine may build them
    is then left to the other words of ExclusiveArch, as in Koji.
    """
    if excluded and arch in excluded:
        return f"Architecture is excluded: {arch} (ExcludeArch: {' '.join(excluded)})"
    allowed = [word for word in exclusive if word != "noarch"] if noarch else list(exclusive)
    if noarch and exclusive and "noarch" not in exclusive:
        return f"Architecture is not included: noarch (ExclusiveArch: {' '.join(exclusive)})"
    if allowed and arch not in allowed:
        return f"Architecture is not included: {arch} (ExclusiveArch: {' '.join(exclusive)})"
    return ""
