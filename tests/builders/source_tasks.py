"""Source tasks and their answers, of which a test names only what it is about."""

from pathlib import Path

from builders.builds import digest
from builders.node_inputs import node_inputs
from builders.spec_facts import spec

from farm.build import BuildLimits
from farm.buildroot_lock import BuildrootLock
from farm.nevra import Nevra
from farm.paths import CachePaths, StatePaths
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from workers.site import Site
from workers.tasks import MadeSource, RequiresTask, SourceTask

TOOLS = BuildrootLock(arch="x86_64", layers=())


def site(root: Path) -> Site:
    return Site(state=StatePaths(root=root / "state"), cache=CachePaths(root=root / "cache"), repositories={})


def rendered(component: str) -> RenderedSource:
    return node_inputs(component).source


def source_task(root: Path, component: str = "hello") -> SourceTask:
    return SourceTask(
        site=site(root), source=rendered(component), tools=TOOLS, makes_source_rpm=True, arches=("x86_64",)
    )


def requires_task(root: Path, arch: str = "x86_64") -> RequiresTask:
    lock = BuildrootLock(arch=arch, layers=())
    return RequiresTask(site=site(root), source_rpm=source_rpm("hello"), lock=lock, limits=BuildLimits(), epoch=0)


def source_rpm(component: str) -> SourceRpm:
    nevra = Nevra.parse(f"{component}-1-1.src")
    return SourceRpm(component=component, nevra=nevra, digest=digest(component), size=1)


def made_by(task: SourceTask) -> MadeSource:
    """Return what a worker would make."""
    name = task.source.component
    facts = tuple(facts_of(name, arch) for arch in task.arches)
    return MadeSource(source_rpm=source_rpm(name) if task.makes_source_rpm else None, facts=facts)


def facts_of(component: str, arch: str) -> SpecFacts:
    return spec(component, arch=arch)[1]
