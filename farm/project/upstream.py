"""Which branch of which distribution a component's spec comes from."""

import re
from dataclasses import dataclass
from datetime import datetime

from farm.project.errors import InvalidConfigError, UnknownDistroError
from farm.project.layer import EMPTY_LAYER, ComponentLayer
from farm.project.merge import Definitions
from farm.project.model import DistroReference
from farm.project.origin import Origin
from farm.sources.url_template import expand_dist_git

Said = tuple[str, str, str]
"""Name, version and snapshot of a distribution, as the files say them; empty is unsaid."""

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names that stand in a URL as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A distribution's version that specs are taken from; `template` is its dist-git, checked."""

    distro: str
    version: str
    branch: str
    template: str
    lookaside: str
    snapshot: str
    download_allowed: bool
    said: DistroReference

    def dist_git(self, package: str) -> str:
        """Return the URL of a package's repository.

        Raises:
            UrlTemplateError: the name makes no URL.
        """
        if _PLAIN_NAME.fullmatch(package):
            return self.template.replace("$pkg", package)
        return expand_dist_git(self.template, package)


class Upstreams:
    """The distributions of a project, looked up once for all components that name the same."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._default = definitions.project.default_distro
        self._known: dict[Said, Upstream] = {}

    def built_defaults(self) -> ComponentLayer:
        """Return what components inherit from the distribution that is built.

        Raises:
            UnknownDistroError: the project names a distribution, or a version of it, that no file defines.
        """
        if not self._default.name:
            return EMPTY_LAYER
        distro = self._definitions.distros.get(self._default.name)
        wanted = self._default.version or (distro.default_version if distro else "")
        version = distro.versions.get(wanted) if distro else None
        if version is None:
            raise UnknownDistroError(
                "the project builds an unknown distribution",
                why=f"{self._definitions.distro_origin}: {self._default.name!r} {wanted!r} is not in [distros]",
                hint="define it with this version, or correct `default-distro` or `default-version`",
            )
        return version.defaults

    def of(self, said: Said, component: str, origin: Origin) -> Upstream:
        """Return the upstream that a component names; the distribution that is built, where it names none.

        Raises:
            UnknownDistroError: it is not defined, or cannot be fetched from.
            InvalidConfigError: its snapshot is no time.
        """
        if said not in self._known:
            self._known[said] = self._look_up(said, component, origin)
        return self._known[said]

    def _look_up(self, said: Said, component: str, origin: Origin) -> Upstream:
        name, wanted, snapshot = said
        if not name:
            name, wanted, snapshot = self._default.name, self._default.version, snapshot or self._default.snapshot
        distro = self._definitions.distros.get(name)
        if distro is None:
            raise UnknownDistroError(
                f"component {component!r} comes from an unknown distribution",
                why=f"{origin}: {name!r} is not in [distros]",
            )
        wanted = wanted or distro.default_version
        version = distro.versions.get(wanted)
        if version is None or not version.branch or not distro.dist_git:
            raise UnknownDistroError(
                f"component {component!r} comes from a distribution that cannot be fetched",
                why=f"{origin}: {name!r} {wanted!r} needs `dist-git-base-uri` and a version with `dist-git-branch`",
            )
        expand_dist_git(distro.dist_git, "a")
        return Upstream(
            distro=name,
            version=wanted,
            branch=version.branch,
            template=distro.dist_git,
            lookaside=distro.lookaside,
            snapshot=_checked_time(snapshot, origin),
            download_allowed=not distro.disable_origins,
            said=DistroReference(name=said[0], version=said[1], snapshot=said[2]),
        )


def _checked_time(text: str, origin: Origin) -> str:
    if not text:
        return ""
    try:
        has_zone = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        has_zone = False
    if not has_zone or "T" not in text.upper():
        raise InvalidConfigError(
            "a snapshot is no time", why=f"{origin}: {text!r}", hint="write RFC 3339: 2026-02-24T00:00:00Z"
        )
    return text
