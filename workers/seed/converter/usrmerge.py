"""The merged /usr: `/bin`, `/sbin`, `/lib*` are links, and what Debian ships there lies below `/usr`."""

import posixpath

MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32")
LINKS = ("bin", "sbin", "lib", "lib64")
"""The links that every root has; `base-files` owns them."""


def is_merged_top(path: str) -> bool:
    """Tell whether a path relative to the root is one of the merged directories itself."""
    return path in MERGED


def merged(path: str) -> str:
    """Return where a path relative to the root lies in a merged /usr."""
    top, slash, _ = path.partition("/")
    return f"usr/{path}" if slash and top in MERGED else path


def merged_target(path: str, target: str) -> str:
    """Return the target of a symbolic link, which was at `path`, after the merge.

    A relative target that leaves its directory would count one level short once the link lies below `/usr`, so it
    becomes absolute.
    """
    if target.startswith("/"):
        return "/" + merged(posixpath.normpath(target).lstrip("/"))
    if merged(path) == path or ".." not in target.split("/"):
        return target
    absolute = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), target))
    return "/" + merged(absolute.lstrip("/"))


def provided_names(path: str) -> tuple[str, ...]:
    """Return the names by which programs are required that a path in a merged /usr (`/usr/bin/sh`) also has."""
    for directory in ("/usr/bin/", "/usr/sbin/"):
        name = path.removeprefix(directory)
        if name != path and name and "/" not in name:
            return (path.removeprefix("/usr"),)
    return ()
