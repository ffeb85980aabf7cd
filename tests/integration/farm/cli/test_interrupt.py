"""Ctrl-C while git waits for a server that does not answer."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders.projects import write_files

from farm.environment import inherited

pytestmark = pytest.mark.integration

PROJECT = """
[project]
default-distro = {{ name = "up", version = "1" }}
[distros.up]
description = "Up"
dist-git-base-uri = "http://127.0.0.1:{port}/$pkg.git"
lookaside-base-uri = "http://127.0.0.1:{port}/$pkg/$filename/$hashtype/$hash/$filename"
[distros.up.versions.1]
release-ver = "1"
dist-git-branch = "main"
[default-component-config]
spec = {{ type = "upstream", upstream-distro = {{ name = "up", version = "1" }} }}
"""


@contextmanager
def silent_server() -> Iterator[int]:
    """Take connections, and never answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def gits(port: int, word: bytes = b"") -> list[int]:
    """Return the processes of this machine that ask the server, git and what git starts; those with a word of git."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        asks = any(f"//127.0.0.1:{port}/".encode() in each for each in words)
        if asks and (not word or word in words):
            found.append(int(path.parent.name))
    return found


def soon(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; tell whether it came to that."""
    for _ in range(400):
        if holds():
            return True
        time.sleep(0.05)
    return False


def ended(farm: subprocess.Popen[str]) -> str:
    """Return what a farm said that ends soon; one that does not is made to tell where each of its threads stands."""
    try:
        return farm.communicate(timeout=30)[1]
    except subprocess.TimeoutExpired:
        lines = Path(f"/proc/{farm.pid}/status").read_text().splitlines()
        signals = "\n".join(line for line in lines if line.startswith(("State", "Sig", "Shd")))
        farm.send_signal(signal.SIGABRT)
        pytest.fail(f"the farm goes on\n{signals}\n{farm.communicate()[1]}")


@pytest.fixture
def server() -> Iterator[int]:
    with silent_server() as port:
        yield port


@pytest.fixture
def farm(tmp_path: Path, server: int) -> Iterator[subprocess.Popen[str]]:
    """Render twenty components of which none ever comes; eight are asked for at once, each by git and its helper."""
    components = "".join(f"[components.c{number}]\n" for number in range(20))
    write_files(tmp_path / "project", {"azldev.toml": PROJECT.format(port=server) + components})
    places = ["-C", str(tmp_path / "project"), "--state", str(tmp_path / "state")]
    started = subprocess.Popen(
        [sys.executable, "-m", "farm", *places, "component", "render", "-a", "-k", "-o", str(tmp_path / "out")],
        env={
            **inherited(),
            "FARM_CACHE": str(tmp_path / "cache"),
            "XDG_CONFIG_HOME": str(tmp_path),
            "PYTHONFAULTHANDLER": "1",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert soon(lambda: len(gits(server)) >= 16 or started.poll() is not None)
        assert started.poll() is None, started.communicate()[1]
        yield started
    finally:
        started.kill()
        started.communicate()
        for pid in gits(server):
            os.kill(pid, signal.SIGKILL)


def test_an_interrupt_ends_every_git_at_once(farm: subprocess.Popen[str], server: int) -> None:
    os.kill(farm.pid, signal.SIGINT)
    began = time.monotonic()
    said = ended(farm)
    assert time.monotonic() - began < 10
    assert farm.returncode == 130, said
    assert "Traceback" not in said
    assert "error[" not in said
    assert soon(lambda: gits(server) == [])


def test_no_git_outlives_a_farm_that_is_killed(farm: subprocess.Popen[str], server: int) -> None:
    """What git has started itself goes when the connection is given up, at the latest after git's limit of a minute."""
    assert gits(server, b"ls-remote")
    farm.kill()
    assert soon(lambda: gits(server, b"ls-remote") == [])
