"""Builds the wheel of the project in the current directory into a directory."""

import argparse
import sys
from pathlib import Path

from pep517_backend import load_backend, output_to_stderr, read_build_system


def main() -> int:
    """Call the backend and print the wheel's path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", type=Path)
    target: Path = parser.parse_args().wheels.absolute()
    target.mkdir(exist_ok=True)
    project = Path.cwd()
    with output_to_stderr():
        name = load_backend(read_build_system(project), project).build_wheel(str(target))
    sys.stdout.write(f"{target / name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
