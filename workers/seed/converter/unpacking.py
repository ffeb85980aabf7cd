"""Unpacking the data of a .deb into a tree that rpmbuild can package, member by member and distrustfully."""

import os
import re
import stat
import tarfile
from collections.abc import Collection
from pathlib import Path

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.deb_archive import data_members
from workers.seed.converter.kept_files import is_kept, is_owned
from workers.seed.converter.packaged_file import PackagedFile
from workers.seed.converter.usrmerge import is_merged_top, merged, merged_target

_OWNER = re.compile(r"[a-z_][a-z0-9_-]*")
_SHARED_OBJECT = re.compile(r"\.so(\.|$)")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_ELF = b"\x7fELF"
_CHUNK = 2**20
_LATEST = 2**32 - 1
"""The latest time that an RPM can hold."""


class Unpacking:
    """The files of one package while they are unpacked.

    Args:
        package: name of the package.
        root: empty directory that the tree is made in.
        config_files: absolute paths of its conffiles.
    """

    def __init__(self, package: str, root: Path, config_files: Collection[str]) -> None:
        self.package = package
        self.root = root
        self.config_files = frozenset("/" + merged(path.lstrip("/")) for path in config_files)
        self.files: dict[str, PackagedFile] = {}
        self._directories = {""}

    def unpack(self, deb: Path) -> None:
        """Unpack the whole data archive.

        Raises:
            ConversionError: the archive is broken, or a member is one that no package may have: a path that leaves
                the root, a device, a path through a link, a name with control characters.
        """
        with data_members(deb) as archive:
            for member in archive:
                self._add(archive, member)

    def add_file(self, path: str, content: bytes, *, is_config: bool = False) -> None:
        """Add a file that the archive does not have."""
        target = self._place(path)
        target.write_bytes(content)
        self.files[path] = PackagedFile(path=path, mode=stat.S_IFREG | 0o644, is_config=is_config)

    def add_link(self, path: str, target: str) -> None:
        """Add a symbolic link that the archive does not have."""
        self._place(path).symlink_to(target)
        self.files[path] = PackagedFile(path=path, mode=stat.S_IFLNK | 0o777)

    def add_directory(self, path: str, permissions: int = 0o755) -> None:
        """Add a directory; nothing happens where it is there already."""
        self._place(path).mkdir(exist_ok=True)
        self.files.setdefault(path, PackagedFile(path=path, mode=stat.S_IFDIR | permissions))

    def read(self, path: str) -> bytes:
        """Return the content of a file of the package."""
        return (self.root / path.lstrip("/")).read_bytes()

    def _add(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        inside = _relative(member.name)
        if not inside or (is_merged_top(inside) and member.isdir()):
            return
        path = "/" + merged(inside)
        if not is_kept(path):
            return
        if member.isdir():
            self._add_directory(path, member)
        elif member.issym():
            self._add_link(path, inside, member)
        elif member.islnk():
            self._add_hard_link(path, member)
        elif member.isreg():
            self._add_file(path, archive, member)
        else:
            raise ConversionError(f"data archive: {member.name[:200]!r} is a device, socket or pipe")

    def _add_directory(self, path: str, member: tarfile.TarInfo) -> None:
        self._place(path).mkdir(exist_ok=True)
        if is_owned(self.package, path):
            self._own(path, stat.S_IFDIR | member.mode, member)

    def _add_link(self, path: str, inside: str, member: tarfile.TarInfo) -> None:
        target = merged_target(inside, member.linkname)
        if _unprintable(target):
            raise ConversionError(f"data archive: a link to {target[:200]!r}")
        if target == path:
            return
        self._place(path).symlink_to(target)
        self._own(path, stat.S_IFLNK | 0o777, member)

    def _add_hard_link(self, path: str, member: tarfile.TarInfo) -> None:
        original = "/" + merged(_relative(member.linkname))
        known = self.files.get(original)
        if known is None or known.is_directory:
            raise ConversionError(f"data archive: {member.name[:200]!r} is a hard link to what is not there")
        os.link(self.root / original.lstrip("/"), self._place(path), follow_symlinks=False)
        self._own(path, known.mode, member)

    def _add_file(self, path: str, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        target = self._place(path)
        content = archive.extractfile(member)
        if content is None:
            raise ConversionError(f"data archive: {member.name[:200]!r} has no content")
        mode = member.mode
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor, opened without following links
            first = content.read(_CHUNK)
            if first.startswith(_ELF) and _SHARED_OBJECT.search(target.name):
                mode |= 0o111  # Debian's shared objects are not executable; elf.attr looks only at what is
            piece = first
            while piece:
                stream.write(piece)
                piece = content.read(_CHUNK)
            os.fchmod(descriptor, 0o700 | (mode & 0o777))
        mtime = min(max(0, int(member.mtime)), _LATEST)
        os.utime(target, (mtime, mtime))
        self._own(path, stat.S_IFREG | mode, member)

    def _own(self, path: str, mode: int, member: tarfile.TarInfo) -> None:
        self.files[path] = PackagedFile(
            path=path,
            mode=mode,
            user=_owner(member.uname, member.uid),
            group=_owner(member.gname, member.gid),
            is_config=path in self.config_files,
        )

    def _place(self, path: str) -> Path:
        """Return where a path is made: its parents are made too, and none of them may be a link."""
        parent, _, name = path.lstrip("/").rpartition("/")
        self._make_parents(parent, path)
        place = self.root / parent / name
        if place.is_symlink():  # a compatibility link that the merge of /usr has turned into the file itself
            place.unlink()
        elif place.exists() and not place.is_dir():
            raise ConversionError(f"data archive: {path[:200]!r} is there twice")
        return place

    def _make_parents(self, directory: str, path: str) -> None:
        if directory in self._directories:
            return
        self._make_parents(directory.rpartition("/")[0], path)
        place = self.root / directory
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise ConversionError(f"data archive: {path[:200]!r} lies behind what is no directory")
        place.mkdir(exist_ok=True)
        self._directories.add(directory)


def _relative(name: str) -> str:
    """Return a member's path relative to the root.

    Raises:
        ConversionError: it leaves the root or cannot stand in a spec.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts:
        raise ConversionError(f"data archive: the path {name[:200]!r} leaves the root")
    if _unprintable(name):
        raise ConversionError(f"data archive: control characters in the path {name[:200]!r}")
    return "/".join(parts)


def _unprintable(text: str) -> bool:
    return _CONTROL_CHARACTER.search(text) is not None


def _owner(name: str, number: int) -> str:
    if not name and number == 0:
        return "root"
    if not _OWNER.fullmatch(name):
        raise ConversionError(f"data archive: an owner that is no name: {name[:80]!r}")
    return name
