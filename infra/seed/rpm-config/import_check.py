"""Imports modules, to see that what was packaged can be used."""

import argparse
import fnmatch
import importlib
import sys
from pathlib import Path


def main() -> int:
    """Import every module that is left; the first that fails says why."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", type=Path, help="file with one module per line")
    parser.add_argument("--modules", nargs="*", default=[])
    parser.add_argument("--exclude", action="append", default=[], help="glob of modules that need more than is here")
    parser.add_argument("--top-level", action="store_true")
    arguments = parser.parse_args()
    names = list(arguments.modules)
    if arguments.list:
        names += arguments.list.read_text(encoding="utf-8").split()
    for name in names:
        if arguments.top_level and "." in name:
            continue
        if any(fnmatch.fnmatchcase(name, glob) for glob in arguments.exclude):
            continue
        sys.stdout.write(f"import {name}\n")
        importlib.import_module(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
