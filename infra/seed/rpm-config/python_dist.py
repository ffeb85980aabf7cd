"""Dependency generator of rpm: python3dist() of the installed metadata files named on standard input."""

import argparse
import re
import sys
from email.message import Message
from email.parser import Parser
from pathlib import Path

from requirement import parse_requirement
from rpm_dependency import dependency, provided


def main() -> int:
    """Print provides or requires of every file, sorted."""
    parser = argparse.ArgumentParser(description=__doc__)
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--provides", action="store_true")
    kind.add_argument("--requires", action="store_true")
    arguments = parser.parse_args()
    lines: set[str] = set()
    for path in sys.stdin.read().splitlines():
        if not re.search(r"\.(dist-info/METADATA|egg-info/PKG-INFO)$", path):
            continue
        metadata = Parser().parsestr(Path(path).read_text(encoding="utf-8", errors="surrogateescape"), headersonly=True)
        lines.update(_provides(metadata) if arguments.provides else _requires(metadata))
    sys.stdout.writelines(f"{line}\n" for line in sorted(lines))
    return 0


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _provides(metadata: Message) -> list[str]:
    return provided(str(metadata["Name"]), str(metadata["Version"]), _python())


def _requires(metadata: Message) -> list[str]:
    needed = [parse_requirement(str(text)) for text in metadata.get_all("Requires-Dist", [])]
    return [f"python(abi) = {_python()}", *(dependency(one) for one in needed if one.applies())]


if __name__ == "__main__":
    sys.exit(main())
