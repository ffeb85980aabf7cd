"""Writes the files of a component to a directory: whole, or not at all."""

import shutil
from pathlib import Path

from farm.errors import UsageError
from farm.identity import random_name
from farm.overlay.files import Files


class ForeignDirectoryError(UsageError):
    """What would be replaced was not written by the farm."""

    code = "PRJ021"


def write_tree(target: Path, files: Files, spec_name: str) -> bool:
    """Make a directory hold exactly some files; return whether anything changed.

    Args:
        files: path below the target to content.
        spec_name: an existing directory is replaced only where it has this file.

    Raises:
        ForeignDirectoryError: the target exists and is something else.
    """
    if holds(target, files):
        return False
    if not _is_ours(target, spec_name):
        raise ForeignDirectoryError(f"{target} is no rendered component", hint="choose another directory with -o")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(random_name(".new"))
    try:
        for name, data in sorted(files.items()):
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return True


def holds(target: Path, files: Files) -> bool:
    """Tell whether a directory holds exactly some files."""
    return target.is_dir() and not target.is_symlink() and _content(target) == files


def remove_tree(target: Path, spec_name: str) -> None:
    """Remove the directory of a rendered component, whole.

    Raises:
        ForeignDirectoryError: it is something else.
    """
    if not _is_ours(target, spec_name):
        raise ForeignDirectoryError(f"{target} is no rendered component", hint="remove it by hand")
    old = target.with_name(random_name(".old"))
    target.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _is_ours(target: Path, spec_name: str) -> bool:
    """Tell whether a path may be replaced: it is not there, is empty, or has the spec and is no repository of git."""
    if target.is_symlink() or not target.exists():
        return not target.is_symlink()
    return _is_empty(target) or ((target / spec_name).is_file() and not (target / ".git").exists())


def _swap(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
        return
    old = target.with_name(random_name(".old"))
    target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _content(directory: Path) -> Files:
    paths = [path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir()]
    if any(path.is_symlink() or not path.is_file() for path in paths):
        return {}
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def _is_empty(directory: Path) -> bool:
    return directory.is_dir() and not any(directory.iterdir())
