"""The sandbox that the converter runs in: unprivileged, with nothing writable but its workspace."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.workspace import give, make_directory, workspace
from workers.seed.converter_code import copy_code

_WORKSPACE_BYTES = 3 * 2**30
_LIMITS = Limits(seconds=1800, memory_bytes=2 * 2**30, output_bytes=16 * 2**20)
_INPUT = "/input"
_WORK = "/work"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterSandbox:
    """A running workspace with the converter's code in it.

    Attributes:
        root: the converter root.
        source: directory that the sandbox sees, read-only, as `input`.
        workspace: directory that the sandbox sees as `work`.
    """

    root: Path
    source: Path
    workspace: Path
    input: str = _INPUT
    work: str = _WORK

    def write(self, name: str, content: str) -> str:
        """Write a file for the sandbox; return its path inside."""
        path = self.workspace / name
        path.write_text(content)
        give(path)
        return f"{_WORK}/{name}"

    def give(self, name: str) -> None:
        """Let the sandbox's user own what was put into the workspace."""
        give(self.workspace / name)

    def run(self, module: str, arguments: Sequence[str], sink: Callable[[bytes], object]) -> SandboxResult:
        """Run a module of the converter to its end.

        Raises:
            InfrastructureError: the sandbox cannot be had.
        """
        sandbox = Sandbox(
            root=self.root,
            binds=(
                Bind(source=self.source, target=_INPUT),
                Bind(source=self.workspace, target=_WORK, writable=True),
            ),
            environment=(
                ("HOME", _WORK),
                ("LC_ALL", "C.UTF-8"),
                ("PATH", "/usr/bin:/usr/sbin:/bin:/sbin"),
                ("PYTHONDONTWRITEBYTECODE", "1"),
                ("PYTHONPATH", f"{_WORK}/code"),
                ("PYTHONSAFEPATH", "1"),
            ),
            hostname="seed",
            limits=_LIMITS,
        )
        return run_in_sandbox(sandbox, ["python3", "-m", module, *arguments], sink=sink)


@contextmanager
def converter_sandbox(root: Path, *, source: Path, scratch: Path) -> Iterator[ConverterSandbox]:
    """Give a workspace with the converter's code and an empty directory `output` in it."""
    with workspace(_WORKSPACE_BYTES, scratch) as place:
        copy_code(place / "code")
        give(place / "code")
        make_directory(place / "output")
        yield ConverterSandbox(root=root, source=source, workspace=place)
