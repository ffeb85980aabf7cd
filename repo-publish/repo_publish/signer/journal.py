"""What the signer has signed, in its own directory: the only word it takes for "I made this"."""

from pathlib import Path

from farm.canonical import decode, encode
from farm.digest import Digest
from repo_publish.signer.messages import SignedRpm
from repo_publish.write import write_file


class Journal:
    """One small file for each signed RPM, by the digest of the unsigned one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def find(self, unsigned: Digest) -> SignedRpm | None:
        """Return what was made of an RPM; None where it was never signed here.

        Raises:
            CorruptRecordError: the file was edited.
        """
        try:
            return decode(self._path(unsigned).read_bytes(), SignedRpm)
        except FileNotFoundError:
            return None

    def add(self, rpm: SignedRpm) -> None:
        """Keep what was made of an RPM."""
        path = self._path(rpm.unsigned)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_file(path, encode(rpm), mode=0o600)

    def _path(self, unsigned: Digest) -> Path:
        return self._directory / unsigned[:2] / unsigned
