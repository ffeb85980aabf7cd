"""Messages between the publisher and the signer, and their way over a socket.

A message is its length in four bytes, big-endian, and that many bytes of JSON, which is parsed strictly: an unknown
field, a wrong type or a digest of another shape is refused. Nothing large goes over the socket: packages and metadata
are blobs of the artifact store, and messages name them.
"""

import socket
import struct
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from farm.digest import Digest
from farm.errors import FarmError
from repo_publish.signer.errors import BadMessageError

MAX_BYTES = 256 * 1024
MAX_DIGESTS = 2000

_LENGTH = struct.Struct(">I")

DigestText = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Describe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="describe"):
    """Ask for the public key."""


class SignRpms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign-rpms"):
    """Ask for signatures on RPMs of one build: its binary packages, or the source RPM it was made from."""

    build_id: DigestText
    unsigned: Annotated[tuple[DigestText, ...], Meta(max_length=MAX_DIGESTS)]


class SignRepomd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="sign-repomd"):
    """Ask for a signature on a repomd.xml.

    Attributes:
        listing: blob with the canonical JSON of a Listing: what the repository must hold, no more and no less.
        repomd: blob with the repomd.xml that those packages give.
    """

    listing: DigestText
    repomd: DigestText


class ListedPackage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package of a repository whose metadata is to be signed."""

    build_id: DigestText
    unsigned: DigestText


class Listing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All packages of one repository."""

    packages: tuple[ListedPackage, ...]


class Described(Struct, frozen=True, kw_only=True, tag="described"):
    """The public key, armoured, and its fingerprint."""

    fingerprint: str
    public_key: str


class SignedRpm(Struct, frozen=True, kw_only=True):
    """A signed RPM.

    Attributes:
        signed: blob with the signed file.
        facts: blob with the canonical JSON of its RpmFacts, read in a sandbox.
    """

    unsigned: Digest
    signed: Digest
    facts: Digest


class SignedRpms(Struct, frozen=True, kw_only=True, tag="signed-rpms"):
    """Signed RPMs, in the order that was asked for."""

    rpms: tuple[SignedRpm, ...]


class SignedRepomd(Struct, frozen=True, kw_only=True, tag="signed-repomd"):
    """Blob with the armoured detached signature."""

    signature: Digest


class Refused(Struct, frozen=True, kw_only=True, tag="refused"):
    """The signer did not sign; the fields of the error that says why."""

    code: str
    what: str
    why: str
    hint: str
    exit_status: int


def refused(error: FarmError) -> Refused:
    """Return the message that tells of an error."""
    return Refused(
        code=error.code, what=error.what, why=error.why[:4000], hint=error.hint, exit_status=error.exit_status
    )


def encode_refused(error: FarmError) -> str:
    """Return that message as one line."""
    return msgspec.json.encode(refused(error)).decode()


Request = Describe | SignRpms | SignRepomd
Response = Described | SignedRpms | SignedRepomd | Refused

T = TypeVar("T")

_request_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_response_decoder: msgspec.json.Decoder[Response] = msgspec.json.Decoder(Response)


def parse_request(data: bytes) -> Request:
    """Parse a request.

    Raises:
        BadMessageError: it is none.
    """
    return _parse(_request_decoder, data)


def parse_response(data: bytes) -> Response:
    """Parse a response.

    Raises:
        BadMessageError: it is none.
    """
    return _parse(_response_decoder, data)


def send(connection: socket.socket, message: Request | Response) -> None:
    """Send a message."""
    data = msgspec.json.encode(message)
    connection.sendall(_LENGTH.pack(len(data)) + data)


def receive(connection: socket.socket) -> bytes | None:
    """Return the bytes of the next message; None where the other side has closed the connection.

    Raises:
        BadMessageError: it is longer than a message may be, or ends too early.
    """
    head = _read(connection, _LENGTH.size)
    if not head:
        return None
    (length,) = _LENGTH.unpack(head) if len(head) == _LENGTH.size else (0,)
    if not 0 < length <= MAX_BYTES:
        raise BadMessageError("not a message of the signer", why=f"its length says {head.hex()}")
    data = _read(connection, length)
    if len(data) != length:
        raise BadMessageError("not a message of the signer", why="it ends too early")
    return data


def _parse(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as exc:
        raise BadMessageError("not a message of the signer", why=str(exc)[:500]) from exc


def _read(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = connection.recv(min(size - len(received), 64 * 1024))
        if not piece:
            break
        received += piece
    return bytes(received)
