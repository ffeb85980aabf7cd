"""A real dnf5 as a client of the repositories: in a root directory of its own, which it never changes.

For the tests and the quickstart. The client's root is seen read-only; what dnf5 and rpm write goes to a working
directory (`/var`, `/run`, repository files) and to the install root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.errors import FarmError
from farm.process import BASE_ENVIRONMENT, Finished, run

_REPOSITORIES = "/run/farm-client/repos.d"
_INSTALL_ROOT = "/run/farm-client/installroot"
_CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_MKNOD",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
)
"""What installing packages needs: owners, modes, set-uid files, and scriptlets that run in the install root."""

_WRITABLE = ("var", "run", "tmp", "proc", "dev", "sys")
_ENVIRONMENT = {**BASE_ENVIRONMENT, "HOME": "/root"}


class DnfError(FarmError):
    """dnf5 refused to do something, or failed."""

    code = "CHK010"


class ClientRootError(FarmError):
    """A directory is no root with dnf5 in it."""

    code = "CHK011"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repository:
    """A repository as the client knows it; local ones are seen at their own path."""

    name: str
    local: Path | None
    key: Path | None


class DnfClient:
    """dnf5 in a client's root directory.

    Args:
        root: a whole system with dnf5; only read.
        workdir: the client's own state: what it has cached and which keys it has imported.

    Raises:
        ClientRootError: there is no dnf5.
    """

    def __init__(self, root: Path, workdir: Path) -> None:
        if not (root / "usr/bin/dnf5").exists():
            raise ClientRootError(f"no dnf5 in {root}", hint="farm seed can make a root with dnf5")
        self._root = root.resolve()
        self._work = workdir.resolve()
        self._repositories: list[_Repository] = []
        for name in ("repos.d", "var", "tmp"):
            (self._work / name).mkdir(parents=True, exist_ok=True)

    def add_repository(self, name: str, location: Path | str, *, key: Path | None = None) -> None:
        """Add a repository.

        Args:
            location: a directory of this machine, or a URL.
            key: the public key that packages and metadata must be signed by; None takes them unsigned, for the
                foreign distribution that the farm's packages stand on.
        """
        local = location.resolve() if isinstance(location, Path) else None
        url = local.as_uri() if local is not None else str(location)
        checked = int(key is not None)
        lines = [
            f"[{name}]",
            f"name={name}",
            f"baseurl={url}/",
            "enabled=1",
            "type=rpm-md",
            f"gpgcheck={checked}",
            f"repo_gpgcheck={checked}",
            *([f"gpgkey={key.resolve().as_uri()}"] if key is not None else []),
            "metadata_expire=0",
            "skip_if_unavailable=0",
        ]
        (self._work / "repos.d" / f"{name}.repo").write_text("\n".join([*lines, ""]), "utf-8")
        self._repositories.append(_Repository(name=name, local=local, key=key.resolve() if key is not None else None))

    def install(self, packages: Sequence[str], installroot: Path, *, timeout: float = 600.0) -> str:
        """Install packages into an install root, which is made where it is not there; return what dnf5 said.

        Raises:
            DnfError: dnf5 refused; the reason is in its own words.
        """
        return self.dnf(["install", *packages], installroot, timeout=timeout)

    def dnf(self, arguments: Sequence[str], installroot: Path, *, timeout: float = 600.0) -> str:
        """Run dnf5 on an install root and return its standard output.

        Raises:
            DnfError: it did not exit with status 0.
        """
        installroot.mkdir(parents=True, exist_ok=True)
        options = [
            "--assumeyes",
            f"--installroot={_INSTALL_ROOT}",
            "--use-host-config",
            f"--setopt=reposdir={_REPOSITORIES}",
            "--setopt=install_weak_deps=0",
            "--setopt=cachedir=/var/cache/libdnf5",
        ]
        finished = run(
            [*self._enter(installroot), "dnf5", *options, *arguments], environment=_ENVIRONMENT, timeout=timeout
        )
        if not finished.ok:
            raise DnfError(f"dnf5 {' '.join(arguments[:3])} failed", why=_last_words(finished))
        return finished.stdout.decode(errors="replace")

    def run(self, installroot: Path, argv: Sequence[str], *, timeout: float = 60.0) -> Finished:
        """Run a program of an install root in it, without a network and without a way to change it."""
        root = str(installroot.resolve())
        enter = ["bwrap", "--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - inside
        alone = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
        variables = [word for name, value in BASE_ENVIRONMENT.items() for word in ("--setenv", name, value)]
        return run([*enter, *alone, *variables, *argv], timeout=timeout)

    def _enter(self, installroot: Path) -> list[str]:
        """Return the beginning of a command that runs in the client's root."""
        argv = ["bwrap", *self._system()]
        argv += ["--bind", str(self._work / "var"), "/var", "--bind", str(self._work / "tmp"), "/tmp"]  # noqa: S108 - inside
        argv += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"]
        argv += ["--ro-bind", str(self._work / "repos.d"), _REPOSITORIES]
        argv += ["--bind", str(installroot.resolve()), _INSTALL_ROOT]
        for repository in self._repositories:
            for path in filter(None, (repository.local, repository.key)):
                argv += ["--ro-bind", str(path), str(path)]
        argv += ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
        return argv + [word for name in _CAPABILITIES for word in ("--cap-add", name)]

    def _system(self) -> list[str]:
        """Return binds of what lies at the top of the root, so that mount points can be made beside it."""
        words = []
        for path in sorted(self._root.iterdir()):
            if path.is_symlink():
                words += ["--symlink", str(path.readlink()), f"/{path.name}"]
            elif path.is_dir() and path.name not in _WRITABLE:
                words += ["--ro-bind", str(path), f"/{path.name}"]
        return words


def _last_words(finished: Finished) -> str:
    if finished.timed_out:
        return "it ran out of its time"
    said = "\n".join(filter(None, (finished.stderr.strip(), finished.stdout.decode(errors="replace").strip())))
    return said[-3000:]
