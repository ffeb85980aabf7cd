"""The macro set of a buildroot: what rpm in it would read, for a reader that runs nothing in it."""

from pathlib import Path

from farm.requires.macro_set import MacroFile, MacroSet

_PLACES = (
    "usr/lib/rpm/macros",
    "usr/lib/rpm/macros.d/macros.*",
    "usr/lib/rpm/platform/{arch}-linux/macros",
    "usr/lib/rpm/fileattrs/*.attr",
    "usr/lib/rpm/{vendor}/macros",
    "etc/rpm/macros.*",
    "etc/rpm/macros",
    "etc/rpm/{arch}-linux/macros",
)
"""rpm's macro path (`rpm --showrc`), in its order."""

_NO_VENDORS = ("fileattrs", "lua", "macros.d", "platform")
_MOST_BYTES = 4 * 2**20


def root_macros(root: Path, arch: str) -> MacroSet:
    """Return the macro files of an opened buildroot; a link in it, which may lead out of it, is none."""
    vendors = sorted(path.parent.name for path in (root / "usr/lib/rpm").glob("*/macros"))
    found: list[Path] = []
    for place in _PLACES:
        for vendor in [name for name in vendors if name not in _NO_VENDORS] if "{vendor}" in place else [""]:
            found += sorted(root.glob(place.format(arch=arch, vendor=vendor)))
    files = [
        MacroFile(path=str(path.relative_to(root)), content=path.read_bytes(), origin="buildroot")
        for path in found
        if _is_plain(path, root) and path.stat().st_size <= _MOST_BYTES
    ]
    return MacroSet(files=tuple(files), complete=True)


def _is_plain(path: Path, root: Path) -> bool:
    return path.is_file() and path.resolve() == root.resolve() / path.relative_to(root)
