"""Which files of a component are kept when it is rendered (azldev: `removeUnreferencedFiles`)."""

import posixpath
from collections.abc import Collection, Iterable
from urllib.parse import unquote, urlsplit

from farm.sources.sources_file import SOURCES_NAME

_UNEXPANDED = "%{"


def needed_files(names: Iterable[str], *, spec: str, mentioned: Collection[str], keep_all: bool = False) -> list[str]:
    """Return those of a component's files that belong into its rendering, sorted.

    Args:
        names: of all files, relative, slash-separated. Of a directory that is mentioned everything is kept.
        spec: name of its spec, which is kept as `sources` is.
        mentioned: file names of every Source and Patch of the spec, macros expanded. Where one is not expanded nobody
            can tell which file it means, and everything is kept.
        keep_all: the component's `render.skip-file-filter`.
    """
    if keep_all or any(_UNEXPANDED in name for name in mentioned):
        return sorted(names)
    kept = {spec, SOURCES_NAME, *(_first_part(name) for name in mentioned)}
    return sorted(name for name in names if _first_part(name) in kept)


def mentioned_name(value: str) -> str:
    """Return the file that the value of a Source or Patch means, macros expanded; empty where it can be none here.

    Of a URL it is the last part, or what follows `#/`; of a path the path, unless that leads out.
    """
    try:
        url = urlsplit(value.strip())
    except ValueError:
        url = urlsplit("")
    if url.scheme and url.netloc:
        renamed = url.fragment.startswith(("/", "./"))
        name = posixpath.basename(unquote(url.fragment if renamed else url.path).rstrip("/"))
    else:
        name = posixpath.normpath(value.strip())
    return "" if name in ("", ".", "..") or name.startswith(("/", "../")) else name


def _first_part(name: str) -> str:
    return name.partition("/")[0]
