"""Source files that a script of the project makes (origin `custom`): run in a sandbox, packed as azldev packs them.

The script finds itself and its `inputs` in `SCRIPT_DIRECTORY`, where it is started, and writes to `OUTPUT_DIRECTORY`;
nothing else stays.
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
from farm.sandbox.workspace import make_directory, workspace
from farm.sources.errors import SourceScriptError, SourceScriptWorkError
from farm.sources.script_roots import OUTPUT_DIRECTORY
from farm.sources.script_sandbox import ScriptSurroundings, check_surroundings, run_script
from farm.sources.source_hash import verify_file
from farm.sources.sources_file import SourceEntry

_MOST_MEMBERS = 1_000_000


@contextmanager
def scripted_source(
    source: DeclaredSource,
    entry: SourceEntry,
    *,
    script: bytes,
    inputs: Mapping[str, Path | bytes],
    scratch: Path,
    surroundings: ScriptSurroundings,
) -> Iterator[Path]:
    """Give the archive that a script makes, which is what `entry` says; it is gone at the end.

    Args:
        entry: without a hash, whatever comes is taken.
        inputs: the files that `source.inputs` names, each its bytes or where they lie.
        scratch: directory for what lies about on the way (`CachePaths.scratch`).

    Raises:
        SourceUnsupportedError: packages are asked for, and there is no root with them.
        SourceScriptError: the script fails, or makes what cannot be packed.
        SourceScriptWorkError: there is no room for it.
        WrongHashError: what it makes is another file than the project says.
        SandboxUnavailableError: there is no sandbox on this machine.
    """
    check_surroundings(source, surroundings)
    kind = _kind(source)
    with claimed_directory(scratch, "source-script") as place, workspace(surroundings.output_bytes, scratch) as output:
        place.chmod(0o711)
        given = _given(place / "given", source, script, inputs)
        made = make_directory(output / "made")
        run_script(source, surroundings, given=given, made=made)
        target = place / source.filename
        _pack(source, made, place / "content", target, kind)
        if entry.hash:
            verify_file(entry, target, f"what {source.script} made")
        yield target


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
