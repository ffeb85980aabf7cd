"""Runs the signer until stdin ends: `python -m repo_publish.signer STATE [PROJECT]`."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from farm.environment import variable
from farm.errors import FarmError
from farm.log import configure
from farm.paths import LEDGER_VARIABLE, StatePaths
from repo_publish.signer.errors import SignerError
from repo_publish.signer.messages import encode_refused
from repo_publish.signer.process import run_signer


def main(arguments: Sequence[str]) -> int:
    """Serve; on an error its parts stand on standard error as one line of JSON, for the command to show."""
    state, *project = arguments
    configure(0, service=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        paths = StatePaths(root=Path(state), ledger_url=variable(LEDGER_VARIABLE))
        run_signer(paths, Path(project[0]) if project else None, until_closed=sys.stdin.fileno())
    except FarmError as error:
        sys.stderr.write(encode_refused(error) + "\n")
        return error.exit_status
    except OSError as error:
        sys.stderr.write(encode_refused(SignerError("the signer cannot work", why=str(error))) + "\n")
        return SignerError.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
