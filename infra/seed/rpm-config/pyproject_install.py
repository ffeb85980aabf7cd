"""Installs every wheel of a directory into a build root, where Debian's Python finds system packages."""

import argparse
import sys
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

_SITE = "/usr/lib/python3/dist-packages"


def main() -> int:
    """Install without bytecode; the RECORD stays for %pyproject_save_files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", type=Path)
    parser.add_argument("buildroot", type=Path)
    arguments = parser.parse_args()
    for path in sorted(arguments.wheels.glob("*.whl")):
        name = path.name.split("-")[0]
        destination = SchemeDictionaryDestination(
            {
                "purelib": _SITE,
                "platlib": _SITE,
                "headers": f"/usr/include/python3/{name}",
                "scripts": "/usr/bin",
                "data": "/usr",
            },
            interpreter="/usr/bin/python3",
            script_kind="posix",
            destdir=str(arguments.buildroot),
        )
        with WheelFile.open(path) as wheel:
            install(source=wheel, destination=destination, additional_metadata={"INSTALLER": b"rpm\n"})
        sys.stdout.write(f"installed {path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
