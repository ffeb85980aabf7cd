"""The publisher's side of the signer's socket."""

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self, TypeVar

from farm.digest import Digest
from repo_publish.signer.errors import BadMessageError, SignerUnreachableError, error_for
from repo_publish.signer.messages import (
    MAX_DIGESTS,
    Describe,
    Described,
    Refused,
    Request,
    Response,
    SignedRepomd,
    SignedRpm,
    SignedRpms,
    SignRepomd,
    SignRpms,
    parse_response,
    receive,
    send,
)

_PATIENCE_SECONDS = 1800.0
"""A large RPM takes its time to be copied and read."""

R = TypeVar("R", bound=Response)


class SignerClient:
    """Asks a running signer. Every method raises the SigningError that the signer told of."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(_PATIENCE_SECONDS)

    def describe(self) -> Described:
        """Return the public key."""
        return self._ask(Describe(), Described)

    def sign_rpms(self, build_id: Digest, unsigned: Sequence[Digest]) -> list[SignedRpm]:
        """Have RPMs of one build signed; those that are signed already are not signed again."""
        signed: list[SignedRpm] = []
        for start in range(0, len(unsigned), MAX_DIGESTS):
            request = SignRpms(build_id=build_id, unsigned=tuple(unsigned[start : start + MAX_DIGESTS]))
            signed += self._ask(request, SignedRpms).rpms
        return signed

    def sign_repomd(self, listing: Digest, repomd: Digest) -> Digest:
        """Have a repomd.xml signed; return the blob with the armoured detached signature."""
        return self._ask(SignRepomd(listing=listing, repomd=repomd), SignedRepomd).signature

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return the client; leaving the block hangs up."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self.close()

    def _ask(self, request: Request, wanted: type[R]) -> R:
        try:
            send(self._connection, request)
            data = receive(self._connection)
        except OSError as exc:
            raise _lost(str(exc)) from exc
        if data is None:
            raise _lost("it hung up")
        response = parse_response(data)
        if isinstance(response, Refused):
            raise error_for(response.code, response.what, response.why, response.hint, response.exit_status)
        if not isinstance(response, wanted):
            raise BadMessageError("the signer answered something else", why=type(response).__name__)
        return response


def _lost(why: str) -> SignerUnreachableError:
    return SignerUnreachableError("the signer does not answer any more", why=why, hint="run the command again")
