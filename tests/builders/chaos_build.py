"""What stands for a build in the chaos suite, in real Ray workers: it takes a moment, and stores what it made."""

import random
from pathlib import Path

from builders.chaos_stage import ChaosStage
from builders.store_faults import suffer_faults

from farm.build import BuildOutcome, BuildResult
from farm.built_facts import save_facts
from farm.clock import SystemClock, timestamp
from farm.environment import variable
from workers.tasks import BuildTask

STAGE = "stage"
"""The repository of a site that stands for the stage's directory."""

SHORTEST, LONGEST = 0.2, 0.7
"""Seconds that a build takes; the same build takes the same time."""


def quick_build(task: BuildTask, worker: str) -> BuildResult:
    """Answer as `workers.tasks.run_build` does of a build that went well."""
    clock = SystemClock()
    inputs, variation = task.request.inputs, task.request.variation
    random_of_build = random.Random(f"{inputs.build_id} {variation.name}")  # noqa: S311 - the same each time
    suffer_faults(task.site.state.root, random.Random(variable("FARM_CHAOS_SEED")))  # noqa: S311 - repeatable
    started = clock.now()
    store = task.site.store()
    part = ChaosStage.load(Path(task.site.repositories[STAGE])).parts[inputs.component]
    log = store.put_bytes(f"log of {inputs.component} {variation.name}\n".encode())
    seconds = random_of_build.uniform(SHORTEST, LONGEST)
    clock.sleep(seconds)
    store.put_file(task.site.repositories[STAGE] / part.rpm.digest)
    save_facts(store, [part.rpm])
    return BuildResult(
        build_id=inputs.build_id,
        component=inputs.component,
        arch=inputs.arch,
        variation=variation,
        outcome=BuildOutcome.SUCCEEDED,
        rpms=(part.built,),
        log=log,
        worker=worker,
        started=timestamp(started),
        seconds=seconds,
        rpmbuild_seconds=seconds,
        cause=None,
    )
