"""The signer's socket: who may speak, one message at a time, and when the signer ends."""

import fcntl
import os
import selectors
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from farm.errors import FarmError
from farm.log import get_logger
from repo_publish.signer.errors import AlreadyRunningError, SignerError
from repo_publish.signer.messages import Request, Response, parse_request, receive, refused, send
from repo_publish.signer.paths import SignerPaths

_POLL_SECONDS = 0.05
_MAX_CONNECTIONS = 32
_CREDENTIALS = struct.Struct("3i")

Answer = Callable[[Request], Response]

log = get_logger()


@contextmanager
def sole_signer(paths: SignerPaths) -> Iterator[None]:
    """Be the only signer of a directory.

    Raises:
        AlreadyRunningError: another one is running.
    """
    with paths.lock.open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise AlreadyRunningError(f"a signer is running already in {paths.root}") from exc
        yield


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Listen where only this user may speak. The caller is the sole signer, so a socket left there is a stale one."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, _near(path) as address:
        old = os.umask(0o177)
        try:
            listener.bind(address)
        finally:
            os.umask(old)
        listener.listen(16)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def serve(listener: socket.socket, answer: Answer, *, until_closed: int | None = None) -> None:
    """Answer requests, one at a time, whoever has connected.

    Args:
        until_closed: a descriptor; once its other end is closed, and nobody is connected any more, the signer ends. A
            command that starts a signer for itself holds that other end, so the signer does not outlive it.
    """
    conversations = _Conversations(answer)
    ending = False
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        if until_closed is not None:
            selector.register(until_closed, selectors.EVENT_READ)
        while not (ending and conversations.none()):
            ready = {key.fd for key, _ in selector.select(_POLL_SECONDS if ending else None)}
            if listener.fileno() in ready:
                connection, _ = listener.accept()
                conversations.begin(connection)
            if until_closed in ready and not os.read(until_closed, 4096):
                selector.unregister(until_closed)
                ending = True


def connect(path: Path) -> socket.socket | None:
    """Return a connection to the signer of a directory; None where nobody listens."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _near(path) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    except OSError:
        connection.close()
        raise
    return connection


class _Conversations:
    """A thread for each connection, so that one that is silent keeps nobody waiting; answers are given one by one."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._one_by_one = threading.Lock()
        self._threads: list[threading.Thread] = []

    def begin(self, connection: socket.socket) -> None:
        """Talk with whoever connected; hang up at once if there are too many."""
        if len(self._living()) >= _MAX_CONNECTIONS:
            connection.close()
            return
        thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
        self._threads = [*self._living(), thread]
        thread.start()

    def none(self) -> bool:
        """Tell whether nobody is connected."""
        return not self._living()

    def _living(self) -> list[threading.Thread]:
        return [thread for thread in self._threads if thread.is_alive()]

    def _converse(self, connection: socket.socket) -> None:
        """Answer the requests of one connection until it closes or breaks the rules."""
        with connection, suppress(OSError):
            if not _is_own_user(connection):
                log.warning("signer refused a connection of another user")
                return
            while _exchange(connection, self._answer_alone):
                pass

    def _answer_alone(self, request: Request) -> Response:
        with self._one_by_one:
            return self._answer(request)


def _exchange(connection: socket.socket, answer: Answer) -> bool:
    """Answer one request; False ends the conversation."""
    try:
        data = receive(connection)
        if data is None:
            return False
        request = parse_request(data)
    except FarmError as error:
        send(connection, refused(error))
        return False
    try:
        response = answer(request)
    except FarmError as error:
        log.warning("signer refused", code=error.code, what=error.what, why=error.why)
        response = refused(error)
    except Exception as error:
        log.exception("signer failed")
        response = refused(SignerError("the signer failed", why=type(error).__name__, hint="see the signer's log"))
    send(connection, response)
    return True


def _is_own_user(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(credentials)
    return bool(user == os.geteuid())


@contextmanager
def _near(path: Path) -> Iterator[str]:
    """Yield an address of a socket that is short, however long its path is: at most 107 bytes fit into one."""
    descriptor = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
