"""What the scripts of components run in, for commands that know no scheduler: it is imported by its name."""

import importlib
from collections.abc import Callable, Iterable

from farm.cli.commands import SCRIPT_ROOTS
from farm.cli.context import FarmContext
from farm.project.model import Component, Project
from farm.source_scripts import scripted
from farm.sources.script_roots import ScriptRoots

MakeScriptRoots = Callable[[FarmContext, Project], ScriptRoots | None]


def script_roots(farm: FarmContext, project: Project, components: Iterable[Component]) -> ScriptRoots | None:
    """Return what gives scripts their roots: None where no component has one, or nothing can make a root here.

    Call it before threads are started: roots are mounted.

    Raises:
        MountError: the kernel refuses a mount namespace.
    """
    if not any(scripted(component) for component in components):
        return None
    module, _, attribute = SCRIPT_ROOTS.partition(":")
    make: MakeScriptRoots = getattr(importlib.import_module(module), attribute)
    return make(farm, project)
