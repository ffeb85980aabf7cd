"""Original tarballs of Debian source packages, through a private apt with the machine's own mirror."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.environment import inherited
from farm.process import Finished, run
from infra.demo.layout.errors import UpstreamFileError
from workers.seed.apt_configuration import KEYRING, PrivateApt
from workers.seed.mirror import debian_mirror

_SUITE = "trixie"
_HELPER = "/usr/lib/apt/apt-helper"
_URI_LINE = re.compile(r"'(?P<uri>[^']+)' (?P<name>\S+) (?P<size>[0-9]+) (?P<hash>\w+:[0-9a-f]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file of the archive, as its signed index describes it.

    Attributes:
        hash: `SHA256:` and hexadecimal.
    """

    uri: str
    name: str
    hash: str


class DebianSources:
    """Source packages of one suite; the index is fetched when the first file is wanted."""

    def __init__(self, cache: Path) -> None:
        self._apt = PrivateApt(
            root=cache, archives=cache / "archives", suite=_SUITE, architecture="amd64", mirror=debian_mirror()
        )
        self._known: Mapping[str, RemoteFile] = {}

    def open(self, packages: Sequence[str]) -> None:
        """Fetch the index and look the packages up.

        Raises:
            UpstreamFileError: the mirror does not answer, or the suite lacks a package.
        """
        self._apt.prepare()
        line = f"deb-src [signed-by={KEYRING}] {self._apt.mirror} {_SUITE} main\n"
        (self._apt.root / "sources.list").write_text(line, encoding="utf-8")
        self._apt_get("update")
        output = self._apt_get(
            "-o", "Acquire::ForceHash=SHA256", "source", "--print-uris", "--only-source", "--download-only", *packages
        )
        self._known = parse_uris(output)

    def fetch(self, original: str, target: Path) -> None:
        """Download an original tarball to a path.

        Raises:
            UpstreamFileError: the suite has no such file now, or the mirror has a hole there.
        """
        remote = self._known.get(original)
        if remote is None:
            raise UpstreamFileError(
                f"Debian {_SUITE} has no {original}",
                why="its source package is of another version by now",
                hint="choose the version that is there: sources, spec and upstreams.toml of the component name it",
            )
        target.unlink(missing_ok=True)
        finished = self._run([_HELPER, "download-file", remote.uri, str(target), remote.hash])
        # apt-helper's status says little about single files: what counts is the file.
        if not target.is_file():
            raise UpstreamFileError(
                f"cannot fetch {original} from Debian {_SUITE}",
                why=_complaint(finished),
                hint="if the mirror lacks the file, another mirror in the machine's apt sources may have it",
            )

    def _apt_get(self, *arguments: str) -> str:
        finished = self._run(["apt-get", *arguments])
        if not finished.ok:
            raise UpstreamFileError(
                f"cannot look up source packages in Debian {_SUITE}",
                why=_complaint(finished),
                hint="check that 'apt-get update' works on this machine",
            )
        return finished.stdout.decode(errors="replace")

    def _run(self, argv: Sequence[str]) -> Finished:
        program, *arguments = argv
        return run(
            [program, "-c", str(self._apt.configuration), *arguments],
            environment={**inherited(), "LC_ALL": "C.UTF-8"},
            timeout=600,
        )


def parse_uris(output: str) -> dict[str, RemoteFile]:
    """Parse what `apt-get source --print-uris` prints, by file name; other lines are apt's chatter."""
    found = {}
    for match in filter(None, map(_URI_LINE.fullmatch, output.splitlines())):
        found[match["name"]] = RemoteFile(uri=match["uri"], name=match["name"], hash=match["hash"])
    return found


def _complaint(finished: Finished) -> str:
    lines = [line for line in finished.stderr.splitlines() if line.startswith(("E:", "W:"))]
    return "\n".join(lines[-5:]) or finished.stderr.strip()[-1000:]
