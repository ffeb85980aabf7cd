"""Runs git on repositories that nobody vouches for: no hooks, no helpers, no prompts, and few protocols."""

from collections.abc import Collection, Sequence
from pathlib import Path

from farm import process
from farm.environment import variable
from farm.process import Finished
from farm.process_dialogue import Dialogue
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.url_template import SCHEMES

_CONFIG = """\
[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\taskPass =
[credential]
\thelper =
[init]
\tdefaultBranch = main
[gc]
\tauto = 0
[maintenance]
\tauto = false
[submodule]
\trecurse = false
[uploadpack]
\tallowAnySHA1InWant = true
[http]
\tlowSpeedLimit = 1000
\tlowSpeedTime = 60
"""

_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "GIT_SSL_CAINFO")

MAX_OUTPUT = 600 * 2**20


class GitCommand:
    """Git with a configuration of the farm's own, kept below a directory of the cache.

    Args:
        protocols: what it may fetch by; none keeps a partial clone from fetching what it lacks.
    """

    def __init__(self, directory: Path, *, protocols: Collection[str] = SCHEMES) -> None:
        self._config = directory / "gitconfig"
        self._environment = {
            **process.BASE_ENVIRONMENT,
            **{name: value for name in _PASSED_ON if (value := variable(name))},
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(self._config),
            "GIT_ALLOW_PROTOCOL": ":".join(protocols),
            "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
        }

    def prepare(self) -> None:
        """Write the configuration, if it is not there as it should be."""
        if self._config.is_file() and self._config.read_bytes() == _CONFIG.encode():
            return
        with claimed_directory(self._config.parent, self._config.name) as place:
            fresh = place / self._config.name
            fresh.write_text(_CONFIG)
            fresh.replace(self._config)

    def run(
        self,
        repository: Path | None,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float,
        held: Sequence[int] = (),
    ) -> Finished:
        """Run git, in a repository or in none, and return how it ended.

        Args:
            timeout: seconds.
            held: descriptors that stay open while git runs, whatever becomes of this process: locks.
        """
        place = ["--git-dir", str(repository)] if repository else []
        return process.run(
            ["git", *place, *arguments],
            environment=self._environment,
            directory=Path("/"),
            stdin=stdin,
            timeout=timeout,
            max_output=MAX_OUTPUT,
            pass_fds=held,
        )

    def dialogue(self, repository: Path, arguments: Sequence[str], *, seconds: float) -> Dialogue:
        """Start a git that answers questions about a repository, for at most so many seconds."""
        return Dialogue(
            ["git", "--git-dir", str(repository), *arguments], environment=self._environment, seconds=seconds
        )
