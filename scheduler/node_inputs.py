"""All inputs of a node's build, kept so that the next plan can say what changed."""

from dataclasses import dataclass

from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock
from farm.digest import Digest
from farm.source_package import RenderedSource


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInputs:
    """Inputs of a build, with what their digests stand for.

    Attributes:
        overlays: what the maintainer calls each overlay (`overlays[2] search-replace`) and its digest, where known.
    """

    build: BuildInputs
    source: RenderedSource
    lock: BuildrootLock
    overlays: tuple[tuple[str, Digest], ...] = ()
