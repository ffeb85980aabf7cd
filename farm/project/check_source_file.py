"""Checks `source-files` (azldev: `configfile.go`, `validateSourceFiles`)."""

from collections.abc import Iterator, Sequence

from farm.project.check_filename import filename_fault
from farm.project.diagnosis import Fault
from farm.project.go_url import BadUrlError, parse_url
from farm.project.keys import Keys
from farm.project.model import OriginType
from farm.project.schema import SourceFileEntry

HASH_TYPES = ("SHA256", "SHA512")
ORIGIN_TYPES = tuple(kind.value for kind in OriginType)


def check_source_files(entries: Sequence[SourceFileEntry], keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a component's source files."""
    seen: set[str] = set()
    for position, entry in enumerate(entries):
        where = (*keys, position)
        faults = [*_name(entry, seen), *_hash(entry), *_replacement(entry), *_origin(entry)]
        yield from (Fault(keys=where, message=f"source file {entry.filename!r}: {fault}") for fault in faults)
        seen.add(entry.filename)


def _name(entry: SourceFileEntry, seen: set[str]) -> Iterator[str]:
    if fault := filename_fault(entry.filename):
        yield fault
    elif entry.filename in seen:
        yield "there is another entry of this name"


def _hash(entry: SourceFileEntry) -> Iterator[str]:
    if entry.hash_type and entry.hash_type not in HASH_TYPES:
        yield f"unsupported hash-type {entry.hash_type!r}; supported are {', '.join(HASH_TYPES)}"
    elif entry.hash and not entry.hash_type:
        yield "`hash` needs `hash-type`"


def _replacement(entry: SourceFileEntry) -> Iterator[str]:
    if entry.replace_upstream and not entry.replace_reason.strip():
        yield "`replace-upstream` needs a `replace-reason`"
    if not entry.replace_upstream and entry.replace_reason:
        yield "`replace-reason` goes with `replace-upstream = true` alone"


def _origin(entry: SourceFileEntry) -> Iterator[str]:
    origin = entry.origin
    if origin.type not in ORIGIN_TYPES:
        yield f"unknown origin type {origin.type!r}" if origin.type else "`origin` is missing"
        return
    if origin.type == OriginType.DOWNLOAD:
        yield from _download(origin.uri)
    elif origin.uri:
        yield "`uri` goes with the origin `download` alone"
    if origin.type == OriginType.CUSTOM:
        yield from _custom(entry)
    elif origin.script or origin.mock_packages or origin.inputs:
        yield "`script`, `mock-packages` and `inputs` go with the origin `custom` alone"
    if origin.type == OriginType.OVERLAY and not entry.replace_upstream:
        yield "the origin `overlay` needs `replace-upstream = true`"


def _download(uri: str) -> Iterator[str]:
    if not uri:
        yield "the origin `download` needs `uri`"
        return
    try:
        scheme = parse_url(uri).scheme
    except BadUrlError as exc:
        yield f"`uri` is no URL: {exc}"
        return
    if not scheme:
        yield f"`uri` has no scheme: {uri!r}"


def _custom(entry: SourceFileEntry) -> Iterator[str]:
    script = entry.origin.script
    if fault := filename_fault(script):
        yield f"`script`: {fault}"
    seen: set[str] = set()
    for name in entry.origin.inputs:
        if fault := filename_fault(name):
            yield f"`inputs`: {fault}"
        elif name in seen or name == script:
            yield f"`inputs`: {name!r} is named twice"
        seen.add(name)
