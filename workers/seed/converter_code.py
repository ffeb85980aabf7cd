"""The converter's own code: its identity, and a copy for the sandbox it runs in."""

import hashlib
import shutil
from functools import cache
from pathlib import Path

from farm.digest import Digest

_SOURCE = Path(__file__).parent / "converter"
PACKAGE = "workers.seed.converter"


@cache
def code_digest() -> Digest:
    """Return the digest of all its modules: a changed line converts every package again."""
    digest = hashlib.sha256()
    for path in sorted(_SOURCE.glob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return Digest(digest.hexdigest())


def copy_code(target: Path) -> None:
    """Copy it so that `target` on PYTHONPATH makes `python3 -m workers.seed.converter` work."""
    shutil.copytree(_SOURCE, target.joinpath(*PACKAGE.split(".")), ignore=shutil.ignore_patterns("__pycache__"))
