"""Checks the documentation of overlays and groups (azldev: `overlay_metadata.go`)."""

from collections.abc import Iterator

from farm.project.diagnosis import Fault
from farm.project.go_url import is_web_url
from farm.project.keys import Keys
from farm.project.schema import MetadataEntry

CATEGORIES = (
    "upstream-backport",
    "azl-pruning",
    "azl-compatibility",
    "azl-temp-workaround",
    "azl-branding-policy",
    "azl-disable-flaky-tests",
    "azl-disable-unsupported-tests",
    "azl-security-compliance",
    "azl-release-management",
    "azl-platform-adaptation",
)
UPSTREAM_STATUSES = ("upstreamed", "upstreamable", "needs-upstream-hook", "inapplicable", "unknown")


def check_metadata(metadata: MetadataEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a `metadata` table."""
    yield from _one_of("category", metadata.category, CATEGORIES, keys)
    yield from _one_of("upstream-status", metadata.upstream_status, UPSTREAM_STATUSES, keys)
    if metadata.category == "upstream-backport":
        if not metadata.commits:
            yield Fault(keys=keys, message="category `upstream-backport` needs at least one entry in `commits`")
        if metadata.upstream_status in UPSTREAM_STATUSES[2:]:
            yield Fault(
                keys=(*keys, "upstream-status"),
                message="category `upstream-backport` goes with `upstreamed` or `upstreamable` alone",
            )
    for name, references in (("commits", metadata.commits), ("bugs", metadata.bugs)):
        for position, reference in enumerate(references):
            if not is_web_url(reference.url):
                yield Fault(
                    keys=(*keys, name, position), message=f"`url` must be an http(s) URL, not {reference.url!r}"
                )


def _one_of(name: str, value: str, known: tuple[str, ...], keys: Keys) -> Iterator[Fault]:
    if not value:
        yield Fault(keys=keys, message=f"`metadata` needs `{name}`")
    elif value not in known:
        yield Fault(keys=(*keys, name), message=f"unknown {name} {value!r}; known are {', '.join(known)}")
