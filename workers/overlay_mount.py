"""Overlay mounts of layers."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from farm.sandbox.mounts import bind_read_only, mount, unmount


@contextmanager
def merged(lowers: Sequence[str], base: Path, target: Path) -> Iterator[None]:
    """Show layers, bottom up, as one read-only directory.

    Args:
        lowers: paths relative to `base`: the kernel takes one page of options, and long paths would fill it.

    Raises:
        MountError: the kernel refuses.
    """
    if len(lowers) == 1:
        bind_read_only(base / lowers[0], target)
    else:
        mount("overlay", target, ("ro", "nosuid", "nodev", lower_option(lowers)), directory=base)
    with _unmounted(target):
        yield


@contextmanager
def writable(lowers: Sequence[str], base: Path, *, upper: Path, work: Path, target: Path) -> Iterator[None]:
    """Show layers as one directory; what is written there goes to `upper`, which becomes the next layer.

    Raises:
        MountError: the kernel refuses; also where the cache itself lies on an overlay.
    """
    options = (lower_option(lowers), f"upperdir={upper.relative_to(base)}", f"workdir={work.relative_to(base)}")
    mount("overlay", target, ("nodev", *options), directory=base)
    with _unmounted(target):
        yield


def lower_option(lowers: Sequence[str]) -> str:
    """Return the option that names layers: overlayfs wants the topmost first."""
    return "lowerdir=" + ":".join(reversed(lowers))


@contextmanager
def _unmounted(target: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        stack.callback(unmount, target)
        yield
