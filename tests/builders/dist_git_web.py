"""Dist-git repositories over HTTP, as git's dumb protocol has them, and odd repositories made of raw objects."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from builders.dist_git import Upstream

from farm import process


@dataclass(frozen=True)
class DistGitWeb:
    """A server of an upstream's dist-git.

    Attributes:
        asked: the paths that clients asked for, in order.
    """

    url: str
    upstream: Upstream
    asked: list[str] = field(default_factory=list)

    def repository(self, package: str = "demo") -> str:
        """Return a package's URL, what it has being visible from now on."""
        bare = self.upstream.dist_git / f"{package}.git"
        if bare.is_dir():
            process.check(["git", "--git-dir", str(bare), "update-server-info"])
        return f"{self.url}/{package}.git"


@contextmanager
def dist_git_web(upstream: Upstream) -> Iterator[DistGitWeb]:
    """Serve an upstream's dist-git on loopback."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del code, size
            asked.append(self.path)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    upstream.dist_git.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(upstream.dist_git)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield DistGitWeb(url=f"http://127.0.0.1:{server.server_port}", upstream=upstream, asked=asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class RawRepository:
    """A bare repository whose objects are written byte for byte, whatever git thinks of them."""

    path: Path

    @classmethod
    def make(cls, path: Path) -> "RawRepository":
        """Make an empty one."""
        process.check(["git", "init", "--bare", "--quiet", "--initial-branch=main", str(path)])
        return cls(path)

    def add(self, kind: str, data: bytes) -> str:
        """Write an object and return its id."""
        argv = ["git", "--git-dir", str(self.path), "hash-object", "--literally", "-t", kind, "-w", "--stdin"]
        return process.check(argv, stdin=data).decode().strip()

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Write a tree of mode, name and id as they are given, and return its id."""
        data = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(what) for mode, name, what in entries)
        return self.add("tree", data)

    def commit(self, tree: str, *, parents: tuple[str, ...] = (), epoch: int = 1_700_000_000) -> str:
        """Write a commit, point the branch to it, and return its id."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"{who} T <t@example.org> {epoch} +0000" for who in ("author", "committer")]
        commit = self.add("commit", ("\n".join(lines) + "\n\nchange\n").encode())
        (self.path / "refs" / "heads" / "main").write_text(f"{commit}\n")
        return commit
