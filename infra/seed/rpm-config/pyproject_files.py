"""Writes the %files list and the list of modules of what %pyproject_install put into a build root."""

import argparse
import csv
import fnmatch
import posixpath
import sys
from collections.abc import Iterable
from pathlib import Path

_SITE = "/usr/lib/python3/dist-packages"


def main() -> int:
    """Match module globs against the RECORD of every installed distribution."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assert-license", action="store_true")
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--buildroot", type=Path, required=True)
    parser.add_argument("globs", nargs="*", help="of top-level modules; +auto takes what lies outside of them, too")
    arguments = parser.parse_args()
    globs = [glob for glob in arguments.globs if glob != "+auto"]
    paths = recorded_paths(arguments.buildroot)
    unmatched = sorted(set(globs) - {glob for glob in globs for path in paths if _belongs(path, glob)})
    if unmatched:
        sys.exit(f"%pyproject_save_files: no installed module matches {', '.join(unmatched)}")
    chosen = [path for path in paths if any(_belongs(path, glob) for glob in globs) or ".dist-info/" in path]
    if "+auto" in arguments.globs:
        chosen += [path for path in paths if not path.startswith(f"{_SITE}/")]
    if arguments.assert_license and not any(map(is_license, chosen)):
        sys.exit("%pyproject_save_files -l: the metadata has no licence file")
    arguments.files.write_text("".join(f"{line}\n" for line in file_list(chosen)), encoding="utf-8")
    arguments.modules.write_text("".join(f"{name}\n" for name in module_names(chosen)), encoding="utf-8")
    return 0


def recorded_paths(buildroot: Path) -> list[str]:
    """Return the installed files of all RECORDs of a build root, as absolute paths inside it."""
    paths = []
    for record in sorted(Path(f"{buildroot}{_SITE}").glob("*.dist-info/RECORD")):
        with record.open(encoding="utf-8", newline="") as stream:
            paths += [posixpath.normpath(f"{_SITE}/{row[0]}") for row in csv.reader(stream) if row]
    return sorted(paths)


def is_license(path: str) -> bool:
    """Tell whether a file is a licence file of the metadata, by PEP 639 or by the older habit."""
    directory, name = posixpath.split(path)
    inside = f"{directory}/".partition(".dist-info/")[2]
    return ".dist-info/" in path and (
        inside.startswith("licenses/") or name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))
    )


def file_list(paths: Iterable[str]) -> list[str]:
    """Return lines for %files: each directory below site-packages once, then the files."""
    chosen = sorted(set(paths))
    directories = {parent for path in chosen for parent in _parents(path) if parent.startswith(f"{_SITE}/")}
    files = [f'%license "{path}"' if is_license(path) else f'"{path}"' for path in chosen]
    return [f'%dir "{directory}"' for directory in sorted(directories)] + files


def module_names(paths: Iterable[str]) -> list[str]:
    """Return the importable modules among files: all but `__main__` and what cannot be named."""
    names = set()
    for path in paths:
        inside = path.removeprefix(f"{_SITE}/")
        if path == inside or ".dist-info/" in inside or not inside.endswith((".py", ".so")):
            continue
        parts = inside.split("/")
        parts[-1] = parts[-1].split(".")[0]
        if parts[-1] == "__init__":
            parts.pop()
        if parts and parts[-1] != "__main__" and all(part.isidentifier() for part in parts):
            names.add(".".join(parts))
    return sorted(names)


def _belongs(path: str, glob: str) -> bool:
    inside = path.removeprefix(f"{_SITE}/")
    top = inside.split("/")[0]
    if path == inside or top.endswith(".dist-info"):
        return False
    return fnmatch.fnmatchcase(top.split(".")[0], glob)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(2, len(parts))]


if __name__ == "__main__":
    sys.exit(main())
