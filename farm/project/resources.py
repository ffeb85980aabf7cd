"""Named package repositories of a project, and the sets that templates make of them (azldev: `resources.go`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from farm.project.go_url import BadUrlError, GoUrl, parse_url
from farm.project.origin import Origin
from farm.project.schema_images import RepositorySetEntry, RepositoryTemplateEntry, RpmRepositoryEntry

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
"""What may name a repository: it goes into dnf's section headers and kiwi's arguments as it is."""

_LINE_ENDS = "\r\n\0\u2028\u2029"
_LOCAL_SCHEME = "file"


class ResourceError(ValueError):
    """A set cannot be made into repositories."""


@dataclass(slots=True, kw_only=True)
class Resources:
    """What `[resources]` of all files defines; a later definition of a name replaces the one before it."""

    repositories: dict[str, RpmRepositoryEntry] = field(default_factory=dict)
    templates: dict[str, RepositoryTemplateEntry] = field(default_factory=dict)
    sets: dict[str, RepositorySetEntry] = field(default_factory=dict)
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)

    def origin(self, table: str, name: str) -> Origin | None:
        """Return where a name is defined; None for what azldev brings itself."""
        return self.origins.get((table, name))


def set_members(name: str, entry: RepositorySetEntry, templates: Mapping[str, RepositoryTemplateEntry]) -> list[str]:
    """Return the names of the repositories that a set stands for.

    Raises:
        ResourceError: it, or its template with it, makes no repositories.
    """
    if fault := next(_set_faults(entry), ""):
        raise ResourceError(f"rpm-repo-set {name!r} {fault}")
    template = templates.get(entry.template)
    if template is None:
        raise ResourceError(
            f"rpm-repo-set {name!r} names the template {entry.template!r}, which is not in "
            "[resources.rpm-repo-set-templates]"
        )
    chosen = _chosen(name, entry, template)
    names = []
    for each in template.subrepos:
        if chosen and each.name not in chosen:
            continue
        if fault := _subpath_fault(each.subpath) or base_fault(entry.base_uri):
            raise ResourceError(f"rpm-repo-set {name!r}: {fault}")
        made = entry.name_prefix + each.name
        if not NAME.fullmatch(made):
            raise ResourceError(f"rpm-repo-set {name!r} would make a repository of the bad name {made!r}")
        names.append(made)
    return names


def is_local_key(key: str) -> bool:
    """Tell whether a GPG key is a file of this machine, which mock could not see inside its chroot."""
    if not key:
        return False
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", key)
    return found is None or found[1].lower() == _LOCAL_SCHEME


def remote_fault(uri: str) -> str:
    """Return what is wrong with the URI of a repository, or nothing."""
    if fault := line_fault(uri):
        return fault
    try:
        url = parse_url(uri)
    except BadUrlError as exc:
        return f"is no URI: {exc}"
    if url.scheme not in ("http", "https"):
        return f"must be an http or https URL, not {uri!r}"
    return _shape_fault(url, uri) or ("" if url.host else f"has no host: {uri!r}")


def key_fault(key: str) -> str:
    """Return what is wrong with a `gpg-key`, or nothing: a path, or a URI of http, https or file."""
    if fault := line_fault(key):
        return fault
    return _key_uri_fault(key) if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", key) else ""


def _key_uri_fault(key: str) -> str:
    try:
        url = parse_url(key)
    except BadUrlError as exc:
        return f"is no URI: {exc}"
    if url.scheme not in ("http", "https", _LOCAL_SCHEME):
        return f"has the scheme {url.scheme!r}; http, https and file may be used"
    if fault := _shape_fault(url, key):
        return fault
    if url.scheme != _LOCAL_SCHEME:
        return "" if url.host else f"has no host: {key!r}"
    return "" if not url.host and url.path.startswith("/") else f"must be file:///absolute/path, not {key!r}"


def line_fault(text: str) -> str:
    """Return what is wrong with a text that goes into a line of a configuration file, or nothing."""
    return "must be one line, without NUL" if any(char in text for char in _LINE_ENDS) else ""


def check_signature(entry: RpmRepositoryEntry | RepositorySetEntry) -> Iterator[str]:
    """Yield what is wrong with how packages of a repository are checked."""
    if not entry.disable_gpg_check and not entry.gpg_key:
        yield "needs `gpg-key`, or `disable-gpg-check = true`"
    elif entry.gpg_key and (fault := key_fault(entry.gpg_key)):
        yield f"`gpg-key` {fault}"


def base_fault(uri: str) -> str:
    """Return what is wrong with a `base-uri` that paths are added to, or nothing."""
    url = parse_url(uri)
    return "`base-uri` must not have a query or fragment" if url.query or url.fragment else ""


def _shape_fault(url: GoUrl, text: str) -> str:
    return f"must be scheme://..., not {text!r}" if url.opaque else ""


def _set_faults(entry: RepositorySetEntry) -> Iterator[str]:
    if not entry.template:
        yield "needs `template`"
    if not entry.base_uri:
        yield "needs `base-uri`"
    elif fault := remote_fault(entry.base_uri):
        yield f"`base-uri` {fault}"
    yield from check_signature(entry)


def _chosen(name: str, entry: RepositorySetEntry, template: RepositoryTemplateEntry) -> set[str]:
    known = {each.name for each in template.subrepos}
    chosen: set[str] = set()
    for each in entry.subrepos:
        if each not in known:
            raise ResourceError(f"rpm-repo-set {name!r}: template {entry.template!r} has no sub-repository {each!r}")
        if each in chosen:
            raise ResourceError(f"rpm-repo-set {name!r} lists {each!r} twice in `subrepos`")
        chosen.add(each)
    return chosen


def _subpath_fault(subpath: str) -> str:
    if not subpath or subpath.startswith("/") or ".." in subpath.split("/") or "?" in subpath or "#" in subpath:
        return f"the template's `subpath` {subpath!r} must be relative, without `..`, query or fragment"
    return ""
