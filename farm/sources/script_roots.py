"""What gives a script that makes a source file its root: the rooms above know how to make a buildroot."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

SCRIPT_DIRECTORY = "/azldev-gen/script"
OUTPUT_DIRECTORY = "/azldev-gen/output"

SCRIPT_USER = 1000
"""Number of the user, and of the group, that scripts run as."""

NETWORK_FILES = ("/etc/hosts", "/etc/resolv.conf")
"""What programs look names up with."""


class ScriptRoots(Protocol):
    """Makes the roots that scripts run in; safe to use from several threads."""

    def opened(self, packages: Sequence[str], wanted_by: str) -> AbstractContextManager[Path]:
        """Give a root with the base group of a buildroot and further packages; it is gone at the end.

        It is not written to. `SCRIPT_DIRECTORY` and `OUTPUT_DIRECTORY` are empty directories in it, and
        `NETWORK_FILES` files: there is no covering what is not there.

        Args:
            packages: names or provides, as `mock-packages` has them.
            wanted_by: who they belong to, for the error message.

        Raises:
            UnresolvableError: there is no such package, or they cannot be installed together.
            ProjectError: farm.toml or a package's name cannot be used.
            InfrastructureError: a repository is not there, or the root cannot be made.
        """
        ...
