"""Merges the source files that the project declares into the upstream `sources` file (azldev: `buildSourceEntries`)."""

from collections.abc import Sequence

from farm.project.model import DeclaredSource
from farm.sources.errors import SourceConflictError
from farm.sources.sources_file import SourceEntry, SourcesLine, format_entry, is_hash


def merge_declared(lines: Sequence[SourcesLine], declared: Sequence[DeclaredSource]) -> tuple[SourcesLine, ...]:
    """Return the lines with declared files in them: a replacement keeps its place, a new one goes to the end.

    Raises:
        SourceConflictError: a name collides with an upstream entry, or replaces one that is not there, or has no hash.
    """
    upstream = {line.entry.filename for line in lines if line.entry}
    replaced: dict[str, SourcesLine] = {}
    added: list[SourcesLine] = []
    for source in declared:
        line = _line(source)
        if source.replaces_upstream != (source.filename in upstream):
            raise _conflict(source)
        if source.replaces_upstream:
            replaced[source.filename] = line
        else:
            added.append(line)
    kept = [replaced.get(line.entry.filename, line) if line.entry else line for line in lines]
    return (*kept, *added)


def _line(source: DeclaredSource) -> SourcesLine:
    if not source.hash:
        raise SourceConflictError(
            f"the source file {source.filename!r} has no hash",
            why=f"{source.origin}: nothing is fetched without knowing what it must be",
            hint="set `hash` and `hash-type`; farm component render --allow-no-hashes takes what comes, and says them",
        )
    if not is_hash(source.hash, source.hash_type):
        raise SourceConflictError(
            f"the source file {source.filename!r} has a hash that is none",
            why=f"{source.origin}: {source.hash_type} {source.hash!r}",
            hint=f"write the hexadecimal digits that {source.hash_type.lower()}sum prints",
        )
    entry = SourceEntry(filename=source.filename, hash_type=source.hash_type, hash=source.hash)
    return SourcesLine(text=format_entry(entry), entry=entry)


def _conflict(source: DeclaredSource) -> SourceConflictError:
    if source.replaces_upstream:
        return SourceConflictError(
            f"the source file {source.filename!r} replaces nothing",
            why=f"{source.origin}: the upstream `sources` file has no such entry",
            hint="remove `replace-upstream`, or correct the name",
        )
    return SourceConflictError(
        f"the source file {source.filename!r} is upstream already",
        why=f"{source.origin}: the upstream `sources` file has an entry of this name",
        hint="set `replace-upstream = true` with a `replace-reason`, or choose another name",
    )
