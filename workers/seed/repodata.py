"""Repository metadata from RPMs: the same files in, the same bytes out."""

import shutil
import sys
from pathlib import Path

from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.workspace import make_directory, regular_files, workspace
from workers.seed.seed_error import SeedError

_PROGRAM = "createrepo_c"
_REPOSITORY = "/tmp/repository"  # noqa: S108 - inside the sandbox
_OUTPUT = "/tmp/output"  # noqa: S108 - inside the sandbox
_WORKSPACE_BYTES = 512 * 2**20


def write_repodata(repository: Path, *, revision: int, scratch: Path) -> None:
    """Make `repodata/` of a directory of RPMs.

    RPM files' modification times are in the metadata: they must be set before. gzip is what every libsolv reads.

    Args:
        revision: the metadata's own time and revision.

    Raises:
        SeedError: createrepo_c failed.
    """
    with workspace(_WORKSPACE_BYTES, scratch) as place:
        output = make_directory(place / "output")
        sandbox = Sandbox(
            root=None,
            binds=(
                Bind(source=repository, target=_REPOSITORY),
                Bind(source=output, target=_OUTPUT, writable=True),
            ),
            environment=tool_environment(),
            limits=Limits(seconds=600),
        )
        finished = run_in_sandbox(
            sandbox,
            [
                str(Path(sys.prefix, "bin", _PROGRAM)),
                "--quiet",
                "--no-database",
                "--general-compress-type=gz",
                "--checksum=sha256",
                f"--revision={revision}",
                "--set-timestamp-to-revision",
                f"--outputdir={_OUTPUT}",
                _REPOSITORY,
            ],
        )
        if not finished.ok:
            raise SeedError("createrepo_c cannot read the converted packages", why=finished.stderr.strip()[-2000:])
        target = repository / "repodata"
        target.mkdir()
        for path in regular_files(output, "repodata"):
            shutil.copyfile(path, target / path.name)
