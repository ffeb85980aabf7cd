"""A private apt: its own sources, indices and cache, so that the machine's is neither read nor changed."""

from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Public keys of the Debian archive, from the package debian-archive-keyring."""

_COMPONENT = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateApt:
    """Where a private apt keeps what.

    Attributes:
        root: its own directory.
        archives: where downloaded packages are kept.
        suite: Debian suite; `architecture` is Debian's name, which may be foreign to this machine.
        mirror: URI of the Debian archive.
    """

    root: Path
    archives: Path
    suite: str
    architecture: str
    mirror: str

    @property
    def configuration(self) -> Path:
        """The file to give to apt with `-c`."""
        return self.root / "apt.conf"

    @property
    def lists(self) -> Path:
        """Signed indices of the suite."""
        return self.root / "state" / "lists"

    def prepare(self) -> None:
        """Write sources and configuration; make the directories that apt wants."""
        for directory in (self.lists / "partial", self.root / "cache" / "partial", self.archives / "partial"):
            directory.mkdir(parents=True, exist_ok=True)
        (self.root / "status").touch()
        (self.root / "sources.list").write_text(self.source_line())
        self.configuration.write_text(self.configuration_text())

    def source_line(self) -> str:
        """Return the one source, whose signature must be Debian's."""
        options = f"[arch={self.architecture} signed-by={KEYRING}]"
        return f"deb {options} {self.mirror} {self.suite} {_COMPONENT}\n"

    def configuration_text(self) -> str:
        """Return the configuration.

        apt reads it after the machine's own, whose proxies and certificates stay in force; its hooks do not.
        """
        settings = {
            "Dir::State": self.root / "state",
            "Dir::State::status": self.root / "status",
            "Dir::Cache": self.root / "cache",
            "Dir::Cache::archives": self.archives,
            "Dir::Etc::sourcelist": self.root / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::trusted": "/dev/null",
            "Dir::Etc::trustedparts": "/dev/null",
            "Dir::Log": self.root / "log",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Default-Release": "",
            "APT::Install-Recommends": "false",
            "APT::Install-Suggests": "false",
            "APT::Sandbox::User": "root",
            "APT::Get::AllowUnauthenticated": "false",
            "APT::Update::Error-Mode": "any",
            "Acquire::AllowInsecureRepositories": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::http::Timeout": "30",
            "Acquire::https::Timeout": "30",
            "Debug::NoLocking": "true",
        }
        cleared = ["APT::Architectures", "APT::Update", "DPkg::Post-Invoke", "DPkg::Pre-Invoke", "Acquire::Languages"]
        lines = [f"#clear {name};" for name in cleared]
        return "\n".join([*lines, *(f'{name} "{value}";' for name, value in settings.items())]) + "\n"
