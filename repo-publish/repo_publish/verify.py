"""Verifies signatures as a client does: with the public key alone, and in a sandbox."""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from farm.errors import SigningError
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox

_BATCH = 200
_GOOD = re.compile(r"Header V[0-9]+ \S+ Signature, key ID (?P<key>[0-9a-f]{8,16}): OK")
_KEYS = "/run/farm-keys"
_TREE = "/run/farm-tree"


class PublicKeyError(SigningError):
    """A file is no armoured public key."""

    code = "CHK004"


def bad_rpm_signatures(tree: Path, locations: Sequence[str], public_key: Path, fingerprint: str) -> dict[str, str]:
    """Return what is wrong with which of the RPMs below a directory; those that are well signed are not in it.

    rpmkeys gets a keyring with the one key, and must find an OpenPGP signature by that key on the header, and every
    digest in order. The level `all` makes a missing signature an error, which Debian's default does not.
    """
    wrong: dict[str, str] = {}
    for start in range(0, len(locations), _BATCH):
        wrong |= _verify_batch(tree, locations[start : start + _BATCH], public_key, fingerprint)
    return wrong


def is_well_signed(content: Path, signature: Path, public_key: Path) -> bool:
    """Tell whether a detached signature on a file is good and by that key.

    Raises:
        PublicKeyError: the key is no armoured public key.
    """
    with TemporaryDirectory(prefix="farm-verify-") as scratch:
        keyring = Path(scratch, "keyring.gpg")
        keyring.write_bytes(_dearmored(public_key))
        keyring.chmod(0o644)
        binds = (
            Bind(source=keyring, target=f"{_KEYS}/keyring.gpg"),
            Bind(source=content, target=f"{_TREE}/content"),
            Bind(source=signature, target=f"{_TREE}/signature"),
        )
        sandbox = Sandbox(root=None, binds=binds, limits=Limits(seconds=60.0))
        argv = ["gpgv", "--homedir", "/nonexistent", "--keyring", f"{_KEYS}/keyring.gpg"]
        return run_in_sandbox(sandbox, [*argv, f"{_TREE}/signature", f"{_TREE}/content"]).ok


def fingerprint_of(public_key: Path) -> str:
    """Return the fingerprint of the primary key (RFC 4880, section 12.2): SHA-1 over its packet.

    Raises:
        PublicKeyError: the key is no armoured public key of version 4.
    """
    try:
        data = _dearmored(public_key)
    except OSError as exc:
        raise PublicKeyError(f"cannot read the public key {public_key}", why=str(exc)) from exc
    head, size = data[:1], data[1:2]
    body = data[2 : 2 + size[0]] if size else b""
    if head not in (b"\x98", b"\xc6") or body[:1] != b"\x04":
        raise PublicKeyError(f"{public_key} is no public key of version 4 of a short algorithm such as Ed25519")
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body, usedforsecurity=False)
    return digest.hexdigest().upper()


def _verify_batch(tree: Path, locations: Sequence[str], public_key: Path, fingerprint: str) -> dict[str, str]:
    """Verify some files, each under a name of ours: theirs could be made to look like what rpmkeys prints."""
    names = {location: f"{_TREE}/{number}.rpm" for number, location in enumerate(locations)}
    files = tuple(Bind(source=tree / location, target=name) for location, name in names.items())
    binds = (*files, Bind(source=public_key, target=f"{_KEYS}/farm.key"))
    sandbox = Sandbox(root=None, binds=binds, limits=Limits(seconds=600.0))
    options = ["_keyring fs", f"_keyringpath {_KEYS}/", "_pkgverify_level all", "_dbpath /nonexistent"]
    argv = ["rpmkeys", *(word for option in options for word in ("--define", option)), "-Kv"]
    result = run_in_sandbox(sandbox, [*argv, *names.values()])
    said = _by_file(result.stdout.decode(errors="replace"))
    verdicts = {location: _what_is_wrong(said.get(name, []), fingerprint) for location, name in names.items()}
    wrong = {location: why for location, why in verdicts.items() if why}
    if not result.ok and not wrong:
        wrong = dict.fromkeys(locations, f"rpmkeys failed: {result.stderr.strip()[-500:]}")
    return wrong


def _by_file(output: str) -> dict[str, list[str]]:
    """Group the lines of `rpmkeys -Kv`: a file's name, then an indented line for each thing verified."""
    said: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in output.splitlines():
        if line.startswith(_TREE):
            lines = said.setdefault(line.rstrip().removesuffix(":"), [])
        else:
            lines.append(line.strip())
    return said


def _what_is_wrong(lines: Sequence[str], fingerprint: str) -> str:
    if not lines:
        return "it cannot be read"
    bad = [line for line in lines if not line.endswith((": OK", ": NOTFOUND"))]
    if bad:
        return "; ".join(bad)
    good = [match for match in map(_GOOD.fullmatch, lines) if match]
    if not any(fingerprint.lower().endswith(match["key"]) for match in good):
        return "it is not signed"
    missing = [line for line in lines if line.endswith(": NOTFOUND")]
    return "; ".join(missing)


def _dearmored(public_key: Path) -> bytes:
    """Return the binary form of an armoured key (RFC 4880, section 6.2)."""
    text = public_key.read_text("ascii", errors="replace").replace("\r", "")
    match = re.search(r"-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:[^\n]+\n)*\n([A-Za-z0-9+/=\n]+?)\n=[^\n]{4}\n", text)
    if match is None:
        raise PublicKeyError(f"{public_key} is no armoured public key")
    try:
        return base64.b64decode(match[1].replace("\n", ""), validate=True)
    except ValueError as exc:
        raise PublicKeyError(f"{public_key} is no armoured public key", why=str(exc)) from exc
