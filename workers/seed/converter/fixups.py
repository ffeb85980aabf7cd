"""What single packages need beyond their content, because Debian's maintainer scripts do it at installation."""

from collections.abc import Callable

from workers.seed.converter.unpacking import Unpacking
from workers.seed.converter.usrmerge import LINKS

_MOUNT_POINTS = {
    "/builddir": 0o755,
    "/dev": 0o755,
    "/proc": 0o555,
    "/run": 0o755,
    "/sys": 0o555,
    "/tmp": 0o1777,  # noqa: S108 - a directory of the package, not of this machine
    "/var/tmp": 0o1777,  # noqa: S108 - likewise
}
_CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_CA_CERTIFICATES = "/usr/share/ca-certificates/"


def apply_fixups(package: str, tree: Unpacking) -> tuple[str, ...]:
    """Change the unpacked tree of a package that needs it; return what it provides on top."""
    fixup = _FIXUPS.get(package)
    return fixup(tree) if fixup else ()


def scriptlets(package: str) -> tuple[str, ...]:
    """Return the lines of a spec that a package needs besides its `%post`; `%{subpackage}` stands for its option."""
    return _SCRIPTLETS.get(package, ())


def _base_files(tree: Unpacking) -> tuple[str, ...]:
    """Make the links of the merged /usr and the mount points that a sandbox needs."""
    for link in LINKS:
        if f"/{link}" not in tree.files:
            tree.add_link(f"/{link}", f"usr/{link}")
        tree.add_directory(f"/usr/{link}")
    for directory, permissions in _MOUNT_POINTS.items():
        tree.add_directory(directory, permissions)
    return ()


def _base_passwd(tree: Unpacking) -> tuple[str, ...]:
    """Make /etc/passwd and /etc/group; rpm requires the names that own files."""
    provides = []
    for kind, name in (("user", "passwd"), ("group", "group")):
        content = tree.read(f"/usr/share/base-passwd/{name}.master")
        tree.add_file(f"/etc/{name}", content, is_config=True)
        provides += [f"{kind}({line.split(':')[0]})" for line in content.decode().splitlines() if ":" in line]
    return tuple(provides)


def _ca_certificates(tree: Unpacking) -> tuple[str, ...]:
    """Make the bundle that TLS libraries open even where they verify nothing."""
    certificates = sorted(path for path in tree.files if path.startswith(_CA_CERTIFICATES) and path.endswith(".crt"))
    tree.add_file(_CA_BUNDLE, b"".join(tree.read(path) for path in certificates))
    return ()


_FIXUPS: dict[str, Callable[[Unpacking], tuple[str, ...]]] = {
    "base-files": _base_files,
    "base-passwd": _base_passwd,
    "ca-certificates": _ca_certificates,
}
_SCRIPTLETS = {
    "libc-bin": (
        "%transfiletriggerin %{subpackage} -P 2000000 -- /usr/lib /usr/local/lib /etc/ld.so.conf.d",
        "/sbin/ldconfig",
    ),
}
