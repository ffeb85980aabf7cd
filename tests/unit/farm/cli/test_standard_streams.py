"""How the command behaves where its caller closed, or narrowed, its standard streams."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from farm.cli.standard_streams import prepare_standard_streams
prepare_standard_streams()
number = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
for stream in (sys.stdout, sys.stderr):
    stream.write("\\N{GREEK SMALL LETTER ALPHA} \\udcff")
    stream.flush()
print(sys.stdin.read())
sys.exit(number)
"""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_replaced_before_a_file_takes_its_number(tmp_path: Path, closed: str) -> None:
    argv = ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", SCRIPT, str(tmp_path / "file")]
    done = subprocess.run(argv, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    assert done.returncode >= 3, done.stderr
    assert (tmp_path / "file").read_bytes() == b""


def test_what_a_stream_cannot_write_is_escaped(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", SCRIPT, str(tmp_path / "file")]
    environment = {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(argv, check=False, capture_output=True, stdin=subprocess.DEVNULL, env=environment)
    assert done.returncode >= 3, done.stderr
    assert (done.stdout, done.stderr) == (b"\\u03b1 \\udcff\n", b"\\u03b1 \\udcff")
