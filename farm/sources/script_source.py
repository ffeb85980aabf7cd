"""Source files that a script of the project makes (origin `custom`): run in a sandbox, packed as azldev packs them.

The script finds itself and its `inputs` in `/azldev-gen/script`, where it is started, and writes to
`/azldev-gen/output`; nothing else stays. It sees this host's `/usr`, and never a network: what it needs from elsewhere
is declared with a hash, fetched by the farm, and given to it as an input.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from farm.archive.compression import ARCHIVE_SUFFIXES, Compression, compression_named
from farm.archive.directory_tree import read_directory
from farm.archive.errors import ArchiveFaultError
from farm.archive.tar_writer import write_tar
from farm.project.model import DeclaredSource
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.workspace import make_directory, workspace
from farm.sources.errors import SourceScriptError, SourceScriptWorkError, SourceUnsupportedError
from farm.sources.source_hash import verify_file
from farm.sources.sources_file import SourceEntry

SCRIPT_DIRECTORY = "/azldev-gen/script"
OUTPUT_DIRECTORY = "/azldev-gen/output"

DEFAULT_LIMITS = Limits(seconds=1800.0, memory_bytes=2 * 2**30, processes=256, output_bytes=256 * 2**20)
MOST_OUTPUT = 2 * 2**30
_MOST_MEMBERS = 1_000_000
_TAIL = 4096

_ENVIRONMENT = (
    ("HOME", "/tmp"),  # noqa: S108 - inside the sandbox
    ("LC_ALL", "C.UTF-8"),
    ("PATH", "/usr/bin:/usr/sbin:/bin:/sbin"),
    ("TZ", "UTC"),
)


@contextmanager
def scripted_source(
    source: DeclaredSource,
    entry: SourceEntry,
    *,
    script: bytes,
    inputs: Mapping[str, Path | bytes],
    scratch: Path,
    limits: Limits = DEFAULT_LIMITS,
    output_bytes: int = MOST_OUTPUT,
) -> Iterator[Path]:
    """Give the archive that a script makes, which is what `entry` says; it is gone at the end.

    Args:
        inputs: the files that `source.inputs` names, each its bytes or where they lie.
        scratch: directory for what lies about on the way (`CachePaths.scratch`).
        output_bytes: most that the script may write.

    Raises:
        SourceUnsupportedError: packages are asked for.
        SourceScriptError: the script fails, or makes what cannot be packed.
        SourceScriptWorkError: there is no room for it.
        WrongHashError: what it makes is another file than the project says.
        SandboxUnavailableError: there is no sandbox on this machine.
    """
    _refuse_packages(source)
    kind = _kind(source)
    with claimed_directory(scratch, "source-script") as place, workspace(output_bytes, scratch) as output:
        place.chmod(0o711)
        given = _given(place / "given", source, script, inputs)
        made = make_directory(output / "made")
        _run(source, _sandbox(given, made, limits))
        target = place / source.filename
        _pack(source, made, place / "content", target, kind)
        verify_file(entry, target, f"what {source.script} made")
        yield target


def _refuse_packages(source: DeclaredSource) -> None:
    if source.packages:
        raise SourceUnsupportedError(
            f"the script of the source file {source.filename!r} asks for packages, which it cannot be given yet",
            why=f"{source.origin}: `mock-packages` names {', '.join(source.packages)}",
            hint="make the file once with azldev, put it into the lookaside, and use the origin `download`",
        )


def _kind(source: DeclaredSource) -> Compression:
    kind = compression_named(source.filename)
    if kind is None:
        raise SourceScriptError(
            f"the source file {source.filename!r} is made by a script, and its name is not that of a tar archive",
            why=f"{source.origin}: what a script makes is packed as its name says",
            hint=f"let it end in one of {', '.join(ARCHIVE_SUFFIXES)}",
        )
    return kind


def _given(directory: Path, source: DeclaredSource, script: bytes, inputs: Mapping[str, Path | bytes]) -> Path:
    """Lay out the script with its inputs."""
    directory.mkdir()
    try:
        for name in source.inputs:
            content = inputs[name]
            if isinstance(content, Path):
                shutil.copyfile(content, directory / name)
            else:
                (directory / name).write_bytes(content)
            (directory / name).chmod(0o644)
        (directory / source.script).write_bytes(script)
    except OSError as exc:
        raise _no_room(source, exc) from exc
    (directory / source.script).chmod(0o755)
    directory.chmod(0o755)
    return directory


def _sandbox(given: Path, made: Path, limits: Limits) -> Sandbox:
    return Sandbox(
        root=None,
        binds=(Bind(source=given, target=SCRIPT_DIRECTORY), Bind(source=made, target=OUTPUT_DIRECTORY, writable=True)),
        environment=_ENVIRONMENT,
        directory=SCRIPT_DIRECTORY,
        limits=limits,
    )


def _run(source: DeclaredSource, sandbox: Sandbox) -> None:
    said = bytearray()

    def keep_the_end(piece: bytes) -> None:
        said.extend(piece)
        del said[:-_TAIL]

    # The shell tells a script that cannot be started from a sandbox that cannot.
    result = run_in_sandbox(sandbox, ["sh", "-c", 'exec "./$1"', "sh", source.script], sink=keep_the_end)
    if not result.ok:
        raise SourceScriptError(
            f"the script {source.script} fails, which makes the source file {source.filename!r}",
            why=f"{source.origin}: {_end(result)}\n{said.decode(errors='replace').strip()}".rstrip(),
            hint="it has no network and nothing but this machine's /usr: declare what it needs as source files with "
            "the origin `download`, and name them in `inputs`",
        )


def _end(result: SandboxResult) -> str:
    if result.timed_out:
        return "it takes too long"
    if result.flooded:
        return "it says too much"
    if result.out_of_memory:
        return "it takes too much memory"
    return f"it ends with status {result.status}"


def _pack(source: DeclaredSource, made: Path, content_path: Path, target: Path, kind: Compression) -> None:
    try:
        with content_path.open("w+b") as content, target.open("xb") as packed:
            write_tar(read_directory(made, content, max_members=_MOST_MEMBERS), content, packed, kind)
    except ArchiveFaultError as exc:
        raise SourceScriptError(
            f"what the script {source.script} makes cannot be packed as {source.filename!r}",
            why=f"{source.origin}: {exc}",
            hint=f"leave only files, directories and symbolic links in {OUTPUT_DIRECTORY}",
        ) from exc
    except OSError as exc:
        raise _no_room(source, exc) from exc


def _no_room(source: DeclaredSource, exc: OSError) -> SourceScriptWorkError:
    return SourceScriptWorkError(
        f"the source file {source.filename!r} cannot be made by its script now",
        why=str(exc),
        hint="the cache's disk must hold what the script is given and makes, twice",
    )
