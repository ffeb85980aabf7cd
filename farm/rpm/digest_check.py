"""What `rpmkeys --checksig --verbose` says of the digests of RPM files: pure."""

import re

_DIGEST = re.compile(r" {4}(?P<what>(?:Header|Payload) SHA256) digest: OK")
_NEEDED = frozenset({"Header SHA256", "Payload SHA256"})


def failed_checks(output: str, paths: list[str]) -> dict[str, str]:
    """Return, for each file whose digests are not all there and right, what is wrong.

    Every file must have a good SHA-256 digest of its header and of its payload, and nothing bad. Signatures are not
    looked at: no key is known here.

    Args:
        output: per file a line `<path>:` and indented lines below it.
        paths: the files that were checked, as they were named.
    """
    sections = _sections(output, frozenset(paths))
    problems = {path: _problem(sections.get(path, [])) for path in paths}
    return {path: problem for path, problem in problems.items() if problem}


def _sections(output: str, paths: frozenset[str]) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in output.splitlines():
        if line.removesuffix(":") in paths:
            current = sections.setdefault(line.removesuffix(":"), [])
        else:
            current.append(line)
    return sections


def _problem(lines: list[str]) -> str:
    bad = [line.strip() for line in lines if ": BAD" in line]
    if bad:
        return "; ".join(bad)
    good = {match["what"] for match in map(_DIGEST.match, lines) if match}
    missing = sorted(_NEEDED - good)
    return f"no good digest: {', '.join(missing)}" if missing else ""
