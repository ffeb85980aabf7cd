"""Python versions and requirements in RPM's words."""

import re

from requirement import Requirement, normalised

_VERSION = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<pre>alpha|beta|preview|pre|a|b|c|rc)[-_.]?(?P<pre_number>\d*))?"
    r"(?:-(?P<implicit_post>\d+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>\d*))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+[a-z0-9._-]+)?",
    re.IGNORECASE,
)
_PRE = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def rpm_version(version: str) -> str:
    """Return a Python version (PEP 440) as an RPM version that sorts alike.

    Trailing zeros go, as Python does not see them and RPM does; pre-releases and development releases sort before
    the release by `~`, post-releases after it by `^`; a local part has no counterpart and goes.

    Raises:
        ValueError: it is no version.
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise ValueError(f"not a Python version: {version!r}")
    text = re.sub(r"(\.0+)+$", "", ".".join(str(int(part)) for part in match["release"].split(".")))
    if match["pre"]:
        text += f"~{_PRE.get(match['pre'].lower(), match['pre'].lower())}{match['pre_number'] or '0'}"
    if match["implicit_post"] or match["post"]:
        text += f"^post{match['implicit_post'] or match['post_number'] or '0'}"
    if match["dev"]:
        text += f"~~dev{match['dev_number'] or '0'}"
    return f"{match['epoch']}:{text}" if match["epoch"] else text


def provided(name: str, version: str, python: str) -> list[str]:
    """Return what a distribution provides; `python` is `3.13`."""
    return [f"python{abi}dist({normalised(name)}) = {rpm_version(version)}" for abi in (python, "3")]


def dependency(requirement: Requirement) -> str:
    """Return the RPM dependency of a requirement: a rich one where its versions form a range.

    Raises:
        ValueError: a version cannot be read.
    """
    name = f"python3dist({requirement.name})"
    ranges = [_range(name, operator, version) for operator, version in sorted(requirement.versions)]
    if not ranges:
        return name
    return ranges[0] if len(ranges) == 1 else f"({' with '.join(ranges)})"


def _range(name: str, operator: str, version: str) -> str:
    if operator == "~=":
        return f"({name} >= {rpm_version(version)} with {name} < {_after(version.rsplit('.', 1)[0])})"
    if version.endswith(".*"):
        return _prefix(name, operator, version[:-2])
    known = rpm_version(version)
    if operator == "!=":
        return f"({name} < {known} or {name} > {known})"
    if operator == "<":
        return f"{name} < {known if '~' in known else known + '~~'}"  # a pre-release of it is not below it
    return f"{name} {'=' if operator in ('==', '===') else operator} {known}"


def _prefix(name: str, operator: str, version: str) -> str:
    first, after = f"{rpm_version(version)}~~", _after(version)
    if operator == "!=":
        return f"({name} < {first} or {name} >= {after})"
    return f"({name} >= {first} with {name} < {after})"


def _after(prefix: str) -> str:
    """Return the lowest version above all that begin with a prefix."""
    head, _, last = prefix.rpartition(".")
    return f"{rpm_version(f'{head}.{int(last) + 1}' if head else str(int(last) + 1))}~~"
