"""The cache of buildroot layers: each complete or absent, built once, never changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from farm import process
from farm.canonical import encode
from farm.digest import Digest
from farm.log import get_logger
from farm.sandbox.claimed_directory import claimed_directory, remove_aside
from workers.layer_install import install, prepare_bottom
from workers.layer_key import LayerPlan
from workers.layer_lock import exclusive, shared, unused
from workers.overlay_mount import writable

_ROOT = "root"
_NAME_LENGTH = 32
"""Hexadecimal characters of a key that name its directory: the names of all layers must fit into mount options."""

Fetch = Callable[[LayerPlan, Path], tuple[Path, ...]]
"""Gives a layer's verified RPM files; the directory is for copies."""


class Layers:
    """Layers in a directory that only root can enter: there are set-id programs in them.

    `<name>/root` is the layer itself, `<name>/layer.json` says what it is; `locks/<name>` is held by who uses it;
    `building-*` is work in progress.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @contextmanager
    def held(self, plan: LayerPlan, fetch: Fetch) -> Iterator[str]:
        """Hold a layer in use, built if it is absent; give its path relative to the cache.

        Layers below it must be held already.

        Raises:
            InstallError: rpm refused a package.
            FarmError: whatever `fetch` raises.
        """
        self._prepare()
        while True:
            with shared(self._lock(_name(plan.key))):
                if self._path(plan.key).is_dir():
                    yield relative_root(plan.key)
                    return
            with exclusive(self._lock(_name(plan.key))):
                if not self._path(plan.key).is_dir():
                    self._build(plan, fetch)

    def prune(self, keep: set[str], *, dry_run: bool = False) -> list[str]:
        """Remove the layers whose key is not to be kept and that nobody uses; return their names, sorted.

        Args:
            dry_run: only say what would be removed.
        """
        if not self.directory.is_dir():
            return []
        self._prepare()
        kept = {_name(Digest(key)) for key in keep}
        removed = []
        for path in sorted(self.directory.glob("*/layer.json")):
            name = path.parent.name
            if name in kept:
                continue
            with unused(self._lock(name)) as free:
                if free:
                    if not dry_run:
                        remove_aside(path.parent, "removing")
                    removed.append(name)
        return removed

    def _prepare(self) -> None:
        (self.directory / "locks").mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.chmod(0o700)

    def _path(self, key: Digest) -> Path:
        return self.directory / _name(key)

    def _lock(self, name: str) -> Path:
        return self.directory / "locks" / name

    def _build(self, plan: LayerPlan, fetch: Fetch) -> None:
        """Build beside the final place, on the same file system, and rename: a crash leaves nothing half-made."""
        get_logger().info("building a buildroot layer", layer=_name(plan.key), packages=len(plan.packages))
        with claimed_directory(self.directory, "building") as scratch:
            staging, layer, work = scratch / "rpms", scratch / "layer", scratch / "work"
            for directory in (staging, layer, work):
                directory.mkdir()
            rpms = fetch(plan, staging)
            upper = layer / _ROOT
            upper.mkdir()
            upper.chmod(0o755)
            self._fill(plan, rpms, upper=upper, scratch=scratch)
            (layer / "layer.json").write_bytes(encode(plan))
            process.check(["sync", "--file-system", str(layer)])
            layer.rename(self._path(plan.key))

    def _fill(self, plan: LayerPlan, rpms: tuple[Path, ...], *, upper: Path, scratch: Path) -> None:
        if not plan.below:
            prepare_bottom(upper)
            install(rpms, upper)
            return
        target = scratch / "merged"
        target.mkdir()
        lowers = [relative_root(key) for key in plan.below]
        with writable(lowers, self.directory, upper=upper, work=scratch / "work", target=target):
            install(rpms, target)


def relative_root(key: Digest) -> str:
    """Return where a layer's files are, relative to the cache."""
    return f"{_name(key)}/{_ROOT}"


def _name(key: Digest) -> str:
    return key[:_NAME_LENGTH]
