"""The process that edits one archive inside a sandbox: a `Job` on standard input gives an `Answer` on the output."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from farm.archive.compression import compression_of, decompressed
from farm.archive.edits import apply_edit
from farm.archive.errors import ArchiveFaultError
from farm.archive.job import Answer, Edit, Job
from farm.archive.tar_reader import read_tar
from farm.archive.tar_writer import write_tar
from farm.overlay.errors import NotApplicableError


def main() -> None:
    """Do the job."""
    told = json.load(sys.stdin)
    job = Job(**{**told, "edits": tuple(Edit(**edit) for edit in told["edits"])})
    sys.stdout.write(json.dumps(asdict(run(job))))


def run(job: Job) -> Answer:
    """Write the edited archive and say how it went; what the parsers raise for bad input is theirs to choose."""
    try:
        return _run(job)
    except ArchiveFaultError as exc:
        return Answer(fault=str(exc))
    except OSError as exc:
        return Answer(trouble=exc.strerror or str(exc))
    except Exception as exc:  # noqa: BLE001 - the reason is reported, the parent raises
        return Answer(fault=f"{type(exc).__name__}: {exc}")


def _run(job: Job) -> Answer:
    content_path = Path(job.work, "content")
    with Path(job.source).open("rb") as source, content_path.open("w+b") as content:
        kind = compression_of(source)
        _unpack(job, source, content)
        tree = read_tar(content, max_members=job.max_members)
        for number, edit in enumerate(job.edits):
            try:
                apply_edit(tree, edit, content)
            except NotApplicableError as exc:
                return Answer(failed_edit=number, reason=str(exc))
        with Path(job.target).open("xb") as target:
            write_tar(tree, content, target, kind)
    return Answer()


def _unpack(job: Job, source: BinaryIO, content: BinaryIO) -> None:
    kind = compression_of(source)
    written = 0
    for chunk in decompressed(source, kind):
        written += len(chunk)
        if written > job.max_bytes:
            raise ArchiveFaultError(f"it unpacks to more than {job.max_bytes} bytes")
        content.write(chunk)
    content.seek(0)


if __name__ == "__main__":
    main()
