"""The functions that workers of a Ray cluster run. An error of the farm's comes back as a value."""

import platform

from farm.build import BuildResult
from farm.errors import FarmError
from farm.sandbox.mount_namespace import isolate_mounts
from scheduler.executor import Lost
from scheduler.ray_library import ray
from workers.cancellation import ends_when_marked
from workers.differ import Explanation
from workers.tasks import (
    BuildTask,
    ExplainTask,
    MadeSource,
    RequiresTask,
    SourceTask,
    run_build,
    run_explain,
    run_generate,
    run_source,
)


@ray.remote(max_retries=0)
def build_remotely(task: BuildTask) -> BuildResult | Lost:
    """Build once."""
    worker = f"{platform.node()}/{ray.get_runtime_context().get_node_id()[:12]}"
    try:
        isolate_mounts()
        with ends_when_marked(task.cancel):
            return run_build(task, worker)
    except FarmError as error:
        return Lost(why=_words(error))


@ray.remote(max_retries=0)
def make_source_remotely(task: SourceTask) -> MadeSource | FarmError | Lost:
    """Make a source RPM and read its spec."""
    try:
        isolate_mounts()
        return run_source(task)
    except FarmError as error:
        return error


@ray.remote(max_retries=0)
def generate_remotely(task: RequiresTask) -> tuple[str, ...] | FarmError | Lost:
    """Run one round of `%generate_buildrequires`."""
    try:
        isolate_mounts()
        return run_generate(task)
    except FarmError as error:
        return error


@ray.remote(max_retries=0)
def explain_remotely(task: ExplainTask) -> Explanation | Lost:
    """Explain why builds differ."""
    try:
        isolate_mounts()
        return run_explain(task)
    except FarmError as error:
        return Lost(why=_words(error))


def _words(error: FarmError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
