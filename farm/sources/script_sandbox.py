"""Runs a script that makes a source file: in a buildroot with the packages that it asks for, as azldev does in mock.

Where nobody makes a buildroot, it sees this host's `/usr`. It has the machine's network only where farm.toml says so:
what it makes has a hash, but what it fetches may be gone tomorrow. Otherwise what it needs is declared, fetched by the
farm, and given to it as an input.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from farm.project.model import DeclaredSource
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sources.errors import SourceScriptError, SourceUnsupportedError
from farm.sources.script_roots import NETWORK_FILES, OUTPUT_DIRECTORY, SCRIPT_DIRECTORY, SCRIPT_USER

_LIMITS = Limits(seconds=1800.0, memory_bytes=2 * 2**30, processes=256, output_bytes=256 * 2**20)
_TAIL = 4096
_CERTIFICATES = ("/etc/pki/ca-trust/extracted", "/etc/pki/tls/certs", "/etc/ssl/certs")

_ENVIRONMENT = (
    ("HOME", "/tmp"),  # noqa: S108 - inside the sandbox
    ("LC_ALL", "C.UTF-8"),
    ("PATH", "/usr/bin:/usr/sbin:/bin:/sbin"),
    ("TZ", "UTC"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptSurroundings:
    """What scripts run in, and what they may use.

    Attributes:
        root: as `ScriptRoots` gives it; None is this host's `/usr`.
        network: whether the machine's network is shared.
        output_bytes: most that a script may write.
    """

    root: Path | None = None
    network: bool = False
    limits: Limits = _LIMITS
    output_bytes: int = 2 * 2**30


def check_surroundings(source: DeclaredSource, surroundings: ScriptSurroundings) -> None:
    """Refuse what the script cannot run in.

    Raises:
        SourceUnsupportedError: it asks for packages, and there is no root with them.
        SourceScriptError: there is no shell in its root.
    """
    root = surroundings.root
    if root is None and source.packages:
        raise SourceUnsupportedError(
            f"the script of the source file {source.filename!r} asks for packages, and there is no buildroot for it",
            why=f"{source.origin}: `mock-packages` names {', '.join(source.packages)}",
            hint="name [[repositories]] in farm.toml, and run farm component render --with-sources, or farm build, "
            "as root",
        )
    if root is not None and not any(os.path.lexists(root / place) for place in ("bin/sh", "usr/bin/sh")):
        raise SourceScriptError(
            f"the script {source.script} cannot be run, which makes the source file {source.filename!r}",
            why=f"{source.origin}: its buildroot has no /bin/sh",
            hint="name a shell in [buildroot] base of farm.toml, or in `mock-packages`",
        )


def run_script(source: DeclaredSource, surroundings: ScriptSurroundings, *, given: Path, made: Path) -> None:
    """Run a script to its end.

    Args:
        given: the script with its inputs, which it cannot change.
        made: where it writes to.

    Raises:
        SourceScriptError: it fails.
        SandboxUnavailableError: there is no sandbox on this machine.
    """
    said = bytearray()

    def keep_the_end(piece: bytes) -> None:
        said.extend(piece)
        del said[:-_TAIL]

    # The shell tells a script that cannot be started from a sandbox that cannot.
    argv = ["sh", "-c", 'exec "./$1"', "sh", source.script]
    result = run_in_sandbox(_sandbox(surroundings, given, made), argv, sink=keep_the_end)
    if not result.ok:
        end = result.overrun or f"ends with status {result.status}"
        raise SourceScriptError(
            f"the script {source.script} fails, which makes the source file {source.filename!r}",
            why=f"{source.origin}: it {end}\n{said.decode(errors='replace').strip()}".rstrip(),
            hint=_hint(surroundings),
        )


def _sandbox(surroundings: ScriptSurroundings, given: Path, made: Path) -> Sandbox:
    return Sandbox(
        root=surroundings.root,
        binds=(
            Bind(source=given, target=SCRIPT_DIRECTORY),
            Bind(source=made, target=OUTPUT_DIRECTORY, writable=True),
            *(_network_binds(surroundings.root) if surroundings.network else ()),
        ),
        environment=_ENVIRONMENT,
        directory=SCRIPT_DIRECTORY,
        uid=SCRIPT_USER,
        gid=SCRIPT_USER,
        limits=surroundings.limits,
        network=surroundings.network,
    )


def _network_binds(root: Path | None) -> tuple[Bind, ...]:
    """Show how this machine looks names up; with its `/usr` whom it trusts, too, which a root has packages for."""
    names = (*NETWORK_FILES, *(_CERTIFICATES if root is None else ()))
    return tuple(Bind(source=Path(name), target=name) for name in names if Path(name).exists())


def _hint(surroundings: ScriptSurroundings) -> str:
    programs = (
        "it sees nothing but this machine's /usr"
        if surroundings.root is None
        else "its programs are those of [buildroot] base in farm.toml and of `mock-packages`"
    )
    if surroundings.network:
        return programs
    return (
        f"{programs}, and it has no network: declare what it needs as source files with the origin `download` and name "
        "them in `inputs`, or set `scripts-network = true` in [sources] of farm.toml"
    )
