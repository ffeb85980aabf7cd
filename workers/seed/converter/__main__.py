"""Convert the packages of a JSON job list, one after the other, writing one result line for each.

Usage: python3 -m workers.seed.converter JOBS WORK
"""

import errno
import os
import shutil
import sys
import threading
from pathlib import Path

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.convert import convert
from workers.seed.converter.job import Job, Result, read_jobs

_HEARTBEAT_SECONDS = 0.5


def main(arguments: list[str]) -> int:
    """Run the jobs; a job that fails does not stop the others."""
    jobs, work = Path(arguments[0]), Path(arguments[1])
    _beat()
    for job in read_jobs(jobs.read_text()):
        sys.stdout.write(_run(job, work / "package").line() + "\n")
        sys.stdout.flush()
    return 0


def _run(job: Job, work: Path) -> Result:
    try:
        work.mkdir(parents=True)
        return convert(job, work)
    except ConversionError as exc:
        return Result(output=job.output, error=str(exc), no_space=os.strerror(errno.ENOSPC) in str(exc))
    except OSError as exc:
        return Result(output=job.output, error=str(exc), no_space=exc.errno in (errno.ENOSPC, errno.EDQUOT))
    except Exception as exc:  # noqa: BLE001 - whatever a hostile package provokes must not stop the others
        return Result(output=job.output, error=f"{type(exc).__name__}: {exc}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _beat() -> None:
    """Write an empty line now and then: the farm can stop a conversion only when it hears from it."""
    timer = threading.Timer(_HEARTBEAT_SECONDS, _beat)
    timer.daemon = True
    timer.start()
    sys.stdout.write("\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
