"""One path that an RPM will own, and how its `%files` section says so."""

import stat
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagedFile:
    """A directory, file or symbolic link of a package.

    Owner and mode come from the .deb's tar header and reach the RPM through `%attr`: the conversion runs as an
    unprivileged user, so the unpacked tree cannot carry them.

    Attributes:
        path: absolute path after installation.
        mode: type and permission bits, as `st_mode`.
    """

    path: str
    mode: int
    user: str = "root"
    group: str = "root"
    is_config: bool = False

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.mode)

    def line(self) -> str:
        """Return its line of `%files`.

        A quoted path is literal to rpm 4.19 and later, so glob characters need no escape; `%` is doubled.
        """
        permissions = "-" if self.is_link else f"{stat.S_IMODE(self.mode):04o}"
        words = [f"%attr({permissions}, {self.user}, {self.group})"]
        if self.is_directory:
            words.append("%dir")
        if self.is_config:
            words.append("%config(noreplace)")
        quoted = self.path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
        return " ".join([*words, f'"{quoted}"'])
