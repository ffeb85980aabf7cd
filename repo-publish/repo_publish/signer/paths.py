"""What lies in the signer's directory, and in the public one beside it."""

from dataclasses import dataclass
from pathlib import Path

from farm.paths import StatePaths


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerPaths:
    """Layout of the signer's directory (mode 0700)."""

    root: Path

    @classmethod
    def of(cls, state: StatePaths) -> "SignerPaths":
        """Return the layout below a state directory."""
        return cls(root=state.signer)

    @property
    def gnupg(self) -> Path:
        """Home of gpg: the private key."""
        return self.root / "gnupg"

    @property
    def socket(self) -> Path:
        """Where the signer listens."""
        return self.root / "socket"

    @property
    def lock(self) -> Path:
        """Held by the running signer."""
        return self.root / "lock"

    @property
    def log(self) -> Path:
        """What a signer that was started by a command had to say."""
        return self.root / "signer.log"

    @property
    def journal(self) -> Path:
        """What was signed."""
        return self.root / "signed"

    @property
    def scratch(self) -> Path:
        """Files being signed."""
        return self.root / "scratch"
