import socket
import struct

import pytest
from builders.builds import digest
from hypothesis import given
from hypothesis import strategies as st

from farm.errors import InfrastructureError, SigningError
from farm.store.artifact_store import CorruptBlobError
from repo_publish.signer.errors import BadMessageError, NotAdmittedError, SignerTroubleError, error_for
from repo_publish.signer.messages import (
    MAX_BYTES,
    MAX_DIGESTS,
    Describe,
    SignRepomd,
    SignRpms,
    parse_request,
    parse_response,
    receive,
    refused,
    send,
)


@pytest.mark.parametrize(
    "request_",
    [
        Describe(),
        SignRpms(build_id=digest("build"), unsigned=(digest("rpm"),)),
        SignRepomd(listing=digest("listing"), repomd=digest("repomd")),
    ],
)
def test_what_is_sent_is_received(request_: Describe | SignRpms | SignRepomd) -> None:
    one, other = socket.socketpair()
    with one, other:
        send(one, request_)
        data = receive(other)
        assert data is not None
        assert parse_request(data) == request_


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"{}",
        b'{"type":"sign"}',
        b'{"type":"describe","more":1}',
        b'{"type":"sign-rpms","build_id":"x","unsigned":[]}',
        b'{"type":"sign-rpms","build_id":"' + b"A" * 64 + b'","unsigned":[]}',
        b'{"type":"sign-rpms","build_id":"' + b"a" * 64 + b'\\n","unsigned":[]}',
        b'{"type":"sign-rpms","build_id":"' + b"a" * 64 + b'","unsigned":["../../key"]}',
        b'{"type":"sign-rpms","build_id":"' + b"a" * 64 + b'","unsigned":"x"}',
        b'{"type":"sign-repomd","listing":"' + b"a" * 64 + b'"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessageError):
        parse_request(data)


def test_too_many_digests_are_refused() -> None:
    digests = ",".join([f'"{digest("x")}"'] * (MAX_DIGESTS + 1))
    with pytest.raises(BadMessageError):
        parse_request(f'{{"type":"sign-rpms","build_id":"{digest("x")}","unsigned":[{digests}]}}'.encode())


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_never_crashes(data: bytes) -> None:
    for parse in (parse_request, parse_response):
        with pytest.raises(BadMessageError):
            parse(data)


@pytest.mark.parametrize("length", [0, MAX_BYTES + 1, 2**32 - 1])
def test_length_that_no_message_has_is_refused(length: int) -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(struct.pack(">I", length))
        with pytest.raises(BadMessageError):
            receive(other)


@pytest.mark.parametrize("data", [b"\0", b"\0\0\0\5abc"])
def test_message_that_ends_too_early_is_refused(data: bytes) -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(data)
        one.close()
        with pytest.raises(BadMessageError):
            receive(other)


def test_largest_request_fits_into_a_message() -> None:
    one, other = socket.socketpair()
    with one, other:
        request = SignRpms(build_id=digest("x"), unsigned=(digest("x"),) * MAX_DIGESTS)
        one.settimeout(5)
        other.settimeout(5)
        from threading import Thread  # noqa: PLC0415 - only here

        sender = Thread(target=send, args=(one, request))
        sender.start()
        data = receive(other)
        sender.join()
        assert data is not None
        assert parse_request(data) == request


def test_errors_keep_their_kind_across_the_socket() -> None:
    message = refused(NotAdmittedError("what", why="why", hint="hint"))
    error = error_for(message.code, message.what, message.why, message.hint, message.exit_status)
    assert isinstance(error, NotAdmittedError)
    assert (error.what, error.why, error.hint) == ("what", "why", "hint")


def test_foreign_errors_keep_their_exit_status() -> None:
    trouble = refused(CorruptBlobError("damaged"))
    error = error_for(trouble.code, trouble.what, trouble.why, trouble.hint, trouble.exit_status)
    assert isinstance(error, SignerTroubleError | InfrastructureError)
    assert (error.exit_status, error.why) == (8, "STO003")
    assert isinstance(error_for("XXX001", "what", "", "", 1), SigningError)
