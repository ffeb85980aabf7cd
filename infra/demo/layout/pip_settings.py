"""Where the machine's pip takes packages from: its configuration files, environment and defaults, as pip sees them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from farm.environment import inherited
from farm.process import ProcessError, run
from infra.demo.layout.errors import UpstreamFileError

_ASK_PIP = """
import json
from pip._internal.commands import create_command
options = create_command("download").parse_args([])[0]
print(json.dumps({
    "indexes": [] if options.no_index else [options.index_url, *options.extra_index_urls],
    "cert": options.cert or "",
    "proxy": options.proxy or "",
}))
"""


class PipSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What matters for one download.

    Attributes:
        indexes: base URLs of simple indexes, in pip's order.
        cert: bundle of certificates; empty for the system's.
        proxy: URL; empty for the environment's.
    """

    indexes: tuple[str, ...]
    cert: str
    proxy: str


def pip_settings(interpreters: Sequence[Path]) -> PipSettings:
    """Ask the first interpreter that has pip.

    Raises:
        UpstreamFileError: none has.
    """
    complaints = []
    for interpreter in interpreters:
        try:
            finished = run([str(interpreter), "-c", _ASK_PIP], environment=inherited(), timeout=60)
        except ProcessError as exc:
            complaints.append(f"{interpreter}: {exc.what}")
            continue
        if finished.ok:
            return msgspec.json.decode(finished.stdout, type=PipSettings)
        complaints.append(f"{interpreter}: {(finished.stderr.strip().splitlines() or ['failed'])[-1]}")
    raise UpstreamFileError(
        "no Python with pip, whose index would be used", why="\n".join(complaints), hint="apt-get install python3-pip"
    )


def usual_interpreters(top: Path) -> tuple[Path, ...]:
    """Return who may have pip: what set the virtual environment up, this interpreter, the system's."""
    return (
        top / ".uv" / "bin" / "python",
        Path(sys.executable),
        Path(sys.base_prefix, "bin", "python3"),
        Path("/usr/bin/python3"),
    )
