"""Checks repositories, templates, sets and the inputs of distributions (azldev: `ProjectConfig.Validate`)."""

from collections.abc import Iterator, Mapping, Sequence

from farm.project.distro import Distro, DistroVersion
from farm.project.origin import Origin
from farm.project.resources import (
    NAME,
    ResourceError,
    Resources,
    check_signature,
    is_local_key,
    line_fault,
    remote_fault,
    set_members,
)
from farm.project.schema import DistroInputEntry
from farm.project.schema_images import RepositoryTemplateEntry, RpmRepositoryEntry

REPOSITORIES = "rpm-repos"
TEMPLATES = "rpm-repo-set-templates"
SETS = "rpm-repo-sets"
_KINDS = ("", "binary", "debug", "source")


def check_resources(resources: Resources, distros: Mapping[str, Distro]) -> Iterator[str]:
    """Yield what is wrong, each with file and line."""
    for name, repository in sorted(resources.repositories.items()):
        yield from _placed(resources, REPOSITORIES, name, _repository(repository))
    for name, template in sorted(resources.templates.items()):
        yield from _placed(resources, TEMPLATES, name, _template(template))
    for name in sorted(resources.sets):
        yield from _placed(resources, SETS, name, ())
    local = {name: is_local_key(entry.gpg_key) for name, entry in resources.repositories.items()}
    for name, entry in sorted(resources.sets.items()):
        try:
            members = set_members(name, entry, resources.templates)
        except ResourceError as exc:
            yield f"{resources.origin(SETS, name)}: {exc}"
            continue
        for member in members:
            if member in local:
                yield (
                    f"{resources.origin(SETS, name)}: rpm-repo-set {name!r} makes the repository {member!r}, "
                    "which there is already; choose another `name-prefix`"
                )
            local[member] = is_local_key(entry.gpg_key)
    for distro_name, distro in sorted(distros.items()):
        for version_name, version in sorted(distro.versions.items()):
            faults = _inputs(version, resources, local)
            yield from (
                f"{version.origin}: distro {distro_name!r} version {version_name!r}: {fault}" for fault in faults
            )


def _placed(resources: Resources, table: str, name: str, faults: Iterator[str] | Sequence[str]) -> Iterator[str]:
    origin: Origin | None = resources.origin(table, name)
    kind = table.removesuffix("s")
    if not NAME.fullmatch(name):
        yield f"{origin}: {kind} {name!r}: a name has letters, digits and `_.:-`, and begins with neither of these"
    yield from (f"{origin}: {kind} {name!r} {fault}" for fault in faults)


def _repository(entry: RpmRepositoryEntry) -> Iterator[str]:
    if entry.type not in ("", "rpm-md"):
        yield f"has the unknown type {entry.type!r}; known is rpm-md"
    if fault := line_fault(entry.description):
        yield f"`description` {fault}"
    if bool(entry.base_uri) == bool(entry.metalink):
        yield "needs either `base-uri` or `metalink`"
    for key, uri in (("base-uri", entry.base_uri), ("metalink", entry.metalink)):
        if uri and (fault := remote_fault(uri)):
            yield f"`{key}` {fault}"
    yield from check_signature(entry)


def _template(entry: RepositoryTemplateEntry) -> Iterator[str]:
    if not entry.subrepos:
        yield "needs at least one entry in `subrepos`"
    seen: set[str] = set()
    for each in entry.subrepos:
        if not NAME.fullmatch(each.name):
            yield f"has a sub-repository of the bad name {each.name!r}"
        if each.name in seen:
            yield f"has two sub-repositories {each.name!r}"
        seen.add(each.name)
        if each.kind not in _KINDS:
            yield f"sub-repository {each.name!r}: unknown kind {each.kind!r}; known are {', '.join(_KINDS[1:])}"
        if not each.subpath or each.subpath.startswith("/") or line_fault(each.subpath):
            yield f"sub-repository {each.name!r} needs a relative `subpath`, not {each.subpath!r}"


def _inputs(version: DistroVersion, resources: Resources, local: Mapping[str, bool]) -> Iterator[str]:
    for use, entries in (("rpm-build", version.rpm_build_inputs), ("image-build", version.image_build_inputs)):
        seen: set[str] = set()
        for position, entry in enumerate(entries, start=1):
            try:
                names = _named(entry, resources)
            except ResourceError as exc:
                yield f"`inputs.{use}` entry {position}: {exc}"
                continue
            for name in names:
                if name in seen:
                    yield f"`inputs.{use}` has the repository {name!r} twice"
                seen.add(name)
                if name not in local:
                    yield f"`inputs.{use}` names the repository {name!r}, which is not defined"
                elif use == "rpm-build" and local[name]:
                    yield (
                        f"`inputs.{use}` names {name!r}, whose `gpg-key` is a local file that a build cannot see; "
                        "use an http(s) URL"
                    )


def _named(entry: DistroInputEntry, resources: Resources) -> list[str]:
    if bool(entry.repo) == bool(entry.set):
        raise ResourceError("needs either `repo` or `set`")
    if entry.repo:
        return [entry.repo]
    named = resources.sets.get(entry.set)
    if named is None:
        raise ResourceError(f"names the set {entry.set!r}, which is not defined")
    return set_members(entry.set, named, resources.templates)
