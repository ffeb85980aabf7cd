"""The scripts of the seed's macro package, which run outside of the farm and are no package of it."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

SCRIPTS = Path(__file__).parents[2] / "infra" / "seed" / "rpm-config"


def load_script(name: str) -> ModuleType:
    """Import a script as rpm's programs see it: from beside its neighbours."""
    sys.path.insert(0, str(SCRIPTS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(SCRIPTS))
