"""The signing key: made by gpg on first use, kept in a directory that only the signer may enter.

The key has no passphrase: what protects it is the directory, and that no other process works in it. It does not
expire: an expired key would stop clients from installing anything. gpg-agent's socket lies in the directory too; the
path of a socket may have 107 bytes at most, so gpg is given the directory through a descriptor of this process
(`/proc/<pid>/fd/<n>`). Signatures are deterministic: Ed25519 needs no random, and the time of a signature is given.
"""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from farm.process import BASE_ENVIRONMENT, ProcessError, check
from repo_publish.signer.agent import agent
from repo_publish.signer.errors import KeyUnavailableError
from repo_publish.signer.private_directory import make_private
from repo_publish.write import write_file

_OPTIONS = ("--batch", "--no-tty", "--quiet", "--no-random-seed-file", "--no-permission-warning", "--no-autostart")
_USER_ID = "RPM rebuild farm (packages and metadata)"
_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The public side of the signing key. `created` is in seconds since 1970."""

    fingerprint: str
    created: int
    public: str


class Keyring:
    """gpg with one private key in a directory of its own. Close it: that ends its gpg-agent."""

    def __init__(self, home: Path, key: SigningKey, held: ExitStack) -> None:
        self._home = home
        self._held = held
        self.key = key

    @classmethod
    def open(cls, directory: Path, public_key: Path) -> Self:
        """Open the key, making it where neither it nor a public key from before is there.

        Only one process at a time may hold a directory open.

        Args:
            directory: home of gpg, made with mode 0700 where it is not there.
            public_key: where the armoured public key is exported to for clients.

        Raises:
            KeyUnavailableError: the private key is lost, several are there, others may read it, or gpg cannot be used.
        """
        make_private(directory)
        with ExitStack() as stack:
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, descriptor)
            home = Path(f"/proc/{os.getpid()}/fd/{descriptor}")
            stack.enter_context(agent(home))
            key = _find_or_make(home, directory, public_key)
            return cls(home, key, stack.pop_all())

    def sign(self, data: bytes, *, seconds: int, armor: bool = False) -> bytes:
        """Return a detached signature.

        Args:
            seconds: time of the signature, since 1970; never before the key was made.

        Raises:
            KeyUnavailableError: gpg cannot sign.
        """
        moment = max(seconds, self.key.created)
        argv = ["--local-user", self.key.fingerprint, "--digest-algo", "SHA256", "--faked-system-time", f"{moment}!"]
        form = ["--armor"] if armor else []
        return _gpg(self._home, [*argv, *form, "--detach-sign", "--output", "-", "-"], stdin=data)

    def close(self) -> None:
        """End gpg-agent."""
        self._held.close()

    def __enter__(self) -> Self:
        """Return the keyring; leaving the block closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _find_or_make(home: Path, directory: Path, public_key: Path) -> SigningKey:
    expected = public_key.read_text("utf-8") if public_key.is_file() else ""
    found = _secret_keys(home)
    if not found and expected:
        raise KeyUnavailableError(
            "the private key is lost",
            why=f"{directory} has none, but {public_key} was made from one",
            hint=f"restore {directory} from a backup; or remove {public_key}, to sign with a new key that every "
            "client must import",
        )
    if not found:
        _gpg(home, ["--passphrase", "", "--quick-generate-key", _USER_ID, "ed25519", "sign", "never"])
        found = _secret_keys(home)
    if len(found) != 1:
        raise KeyUnavailableError(
            f"{len(found)} private keys in {directory}", hint="keep exactly one: gpg --homedir ... --delete-secret-keys"
        )
    (key,) = found
    if expected and _fingerprints(home, expected) != [key.fingerprint]:
        raise KeyUnavailableError(
            f"{public_key} is not the public key of the private key in {directory}",
            why=f"the private key is {key.fingerprint}",
            hint=f"restore the one that clients trust; or remove {public_key} to give them a new one",
        )
    if not expected:
        public_key.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        write_file(public_key, key.public.encode())
    return key


def _secret_keys(home: Path) -> list[SigningKey]:
    """Return the primary keys whose private part is there."""
    listing = _gpg(home, ["--list-secret-keys", "--with-colons", "--fixed-list-mode"]).decode()
    return [
        SigningKey(fingerprint=fingerprint, created=created, public=_public(home, fingerprint))
        for fingerprint, created in _primary_keys(listing, "sec")
    ]


def _fingerprints(home: Path, armored: str) -> list[str]:
    shown = _gpg(home, ["--show-keys", "--with-colons", "--fixed-list-mode"], stdin=armored.encode()).decode()
    return [fingerprint for fingerprint, _ in _primary_keys(shown, "pub")]


def _primary_keys(listing: str, kind: str) -> list[tuple[str, int]]:
    """Return fingerprint and time of each primary key in gpg's colon listing (gnupg `doc/DETAILS`)."""
    found: list[tuple[str, int]] = []
    created: int | None = None
    for line in listing.splitlines():
        fields = line.split(":")
        if fields[0] == kind:
            created = int(fields[5])
        elif fields[0] == "fpr" and created is not None:
            found.append((fields[9], created))
            created = None
    return found


def _public(home: Path, fingerprint: str) -> str:
    return _gpg(home, ["--armor", "--export-options", "export-minimal", "--export", fingerprint]).decode()


def _gpg(home: Path, arguments: Sequence[str], *, stdin: bytes = b"") -> bytes:
    environment = {**BASE_ENVIRONMENT, "GNUPGHOME": str(home)}
    try:
        return check(["gpg", *_OPTIONS, *arguments], environment=environment, stdin=stdin, timeout=_TIMEOUT)
    except ProcessError as exc:
        raise KeyUnavailableError(
            "gpg cannot use the signing key",
            why=f"{exc.what}: {exc.why}",
            hint="see that gnupg and gpg-agent are installed and that the disk is not full",
        ) from exc
