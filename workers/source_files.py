"""A rendered source as files in a directory, for rpm to read."""

import os
from pathlib import Path

from farm.errors import ProjectError
from farm.source_package import RenderedSource
from farm.store.artifact_store import ArtifactStore


class SourceNameError(ProjectError):
    """A rendered source has a file whose name is no plain file name, or no spec."""

    code = "BLD010"


def lay_out(source: RenderedSource, directory: Path, store: ArtifactStore) -> int:
    """Write the files of a rendered source into a new directory; return how many bytes they are.

    Their modes and times do not depend on when or where: rpm records them in the source RPM.

    Raises:
        SourceNameError: a name is not plain, or the spec is missing.
    """
    names = [file.name for file in source.files]
    bad = [name for name in names if not name or name in (".", "..") or "/" in name or "\0" in name]
    if bad:
        raise SourceNameError(f"{source.component}: not a plain file name: {bad[0]!r}")
    if source.spec_name not in names:
        raise SourceNameError(
            f"{source.component}: there is no {source.spec_name} among its files", why=", ".join(sorted(names))
        )
    directory.mkdir(mode=0o755, parents=True)
    total = 0
    for file in source.files:
        path = directory / file.name
        store.export(file.digest, path)
        path.chmod(0o644)
        os.utime(path, (source.epoch, source.epoch))
        total += path.stat().st_size
    directory.chmod(0o755)
    return total
