"""Which files of a Debian package reach its RPM: what builds need, and every copyright file."""

import re

_DROPPED = re.compile(
    r"/usr/share/(?:doc|man|info|locale|lintian|bug|doc-base|doc-rfc|gtk-doc|menu|bash-completion|zsh|fish|reportbug|apport)/.+"
)
_COPYRIGHT = re.compile(r"/usr/share/doc/[^/]+(?:/copyright)?")
_SHARED_DIRECTORIES = frozenset({"/", "/etc", "/usr", "/usr/bin", "/usr/lib", "/usr/sbin", "/usr/share"})
_OWNER_OF_SHARED_DIRECTORIES = "base-files"


def is_kept(path: str) -> bool:
    """Tell whether a path is kept: documentation and translations are not, copyright files are."""
    return _COPYRIGHT.fullmatch(path) is not None or _DROPPED.fullmatch(path) is None


def is_owned(package: str, directory: str) -> bool:
    """Tell whether a package owns a directory that it ships: only `base-files` owns the common ones."""
    if package == _OWNER_OF_SHARED_DIRECTORIES:
        return directory != "/"
    return directory not in _SHARED_DIRECTORIES
