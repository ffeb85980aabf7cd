"""A Debian archive in a directory, signed with a key of its own: what apt needs, and no more."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from builders.debs import Member, control, deb

from farm.process import check

SUITE = "trixie"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianArchive:
    """An archive; `copy:` makes apt fetch from it as from a mirror."""

    root: Path
    keyring: Path

    @property
    def uri(self) -> str:
        """URI for apt."""
        return f"copy:{self.root}"

    def publish(self, *packages: tuple[str, dict[str, str], list[Member]]) -> None:
        """Replace the archive's content: name, control fields and data members of each package."""
        pool = self.root / "pool"
        shutil.rmtree(pool, ignore_errors=True)
        pool.mkdir(parents=True)
        for name, fields, members in packages:
            text = control(name, **fields)
            path = deb(pool / f"{name}_{fields.get('Version', '1.0-1')}_all.deb", members, control_text=text)
            path.with_suffix(".control").write_text(text)
        self.index_again()

    def index_again(self) -> None:
        """Describe the packages as they are now."""
        entries = []
        for path in sorted((self.root / "pool").glob("*.deb")):
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            text = path.with_suffix(".control").read_text()
            entries.append(f"{text}Filename: pool/{path.name}\nSize: {len(data)}\nSHA256: {digest}\n")
        self.sign("".join(f"{entry}\n" for entry in entries).encode())

    def sign(self, index: bytes) -> None:
        """Write the index of packages and the signed description of it."""
        release = self.root / "dists" / SUITE
        digests = []
        for arch in ("amd64", "arm64"):
            path = release / "main" / f"binary-{arch}" / "Packages"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(index)
            digests.append(f" {hashlib.sha256(index).hexdigest()} {len(index)} main/binary-{arch}/Packages")
        text = f"Origin: Debian\nSuite: {SUITE}\nCodename: {SUITE}\nDate: Sat, 01 Jun 2024 00:00:00 UTC\n"
        text += "Architectures: amd64 arm64\nComponents: main\nSHA256:\n" + "\n".join(digests) + "\n"
        (release / "InRelease").unlink(missing_ok=True)
        plain = release / "Release"
        plain.write_text(text)
        check([*self._gpg(), "--clearsign", "--output", str(release / "InRelease"), str(plain)])
        check(["gpgconf", "--homedir", str(self.keyring.parent), "--kill", "gpg-agent"])

    def _gpg(self) -> list[str]:
        return ["gpg", "--homedir", str(self.keyring.parent), "--batch", "--quiet", "--yes"]


def debian_archive(directory: Path) -> DebianArchive:
    """Make an empty archive and its key; the directory's path must be short enough for gpg's socket."""
    home = directory / "g"
    home.mkdir(mode=0o700, parents=True)
    archive = DebianArchive(root=directory / "archive", keyring=home / "archive.gpg")
    gpg = archive._gpg()
    check([*gpg, "--passphrase", "", "--quick-gen-key", "Archive <archive@example.org>", "ed25519", "sign", "never"])
    archive.keyring.write_bytes(check([*gpg, "--export"]))
    return archive
