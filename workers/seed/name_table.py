"""Fedora names of Debian packages: a table, and the one rule that spares most rows."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from workers.seed.seed_error import SeedListError

_DEBIAN_DEVEL = "-dev"
_FEDORA_DEVEL = "-devel"


class Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a Debian package is to a Fedora spec, beyond its own name and files.

    Attributes:
        names: Fedora's names of it, provided at its own version.
        provides: further capabilities, as they stand.
        requires: what Debian leaves to the user, but Fedora's package brings.
    """

    names: list[str] = []
    provides: list[str] = []
    requires: list[str] = []


class _TableFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    python: str
    ignored: list[str] = []
    package: dict[str, Row] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """The table.

    Attributes:
        python: version of the suite's Python, as `3.13`.
        ignored: packages that an RPM world has no use for (dpkg, debconf): relations to them are left out.
        rows: by Debian package name.
    """

    python: str
    ignored: tuple[str, ...]
    rows: dict[str, Row]

    def row(self, package: str) -> Row:
        """Return the row of a package, with the rule `X-dev` is `X-devel` applied."""
        row = self.rows.get(package, Row())
        name = package.removesuffix(_DEBIAN_DEVEL) + _FEDORA_DEVEL
        if not package.endswith(_DEBIAN_DEVEL) or name in row.names:
            return row
        return Row(names=[*row.names, name], provides=row.provides, requires=row.requires)


def read_names(path: Path) -> NameTable:
    """Read the table.

    Raises:
        SeedListError: it is missing, not TOML, or has unknown or wrong keys.
    """
    try:
        content = msgspec.toml.decode(path.read_bytes(), type=_TableFile)
    except OSError as exc:
        raise SeedListError(f"cannot read the table of names {path}", why=str(exc)) from exc
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise SeedListError(
            f"{path} is no table of names", why=str(exc), hint="keys are python, ignored, [package.NAME]"
        ) from exc
    return NameTable(python=content.python, ignored=tuple(sorted(content.ignored)), rows=content.package)
