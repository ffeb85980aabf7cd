"""The table of commands: where each one lives and what it does, without importing it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandRef:
    """A command of the farm.

    Attributes:
        target: `package.module:function` of a click command.
        summary: the line `farm --help` shows.
        hidden: not shown: for the farm's own processes.
    """

    target: str
    summary: str
    hidden: bool = False


COMMANDS = {
    "project": CommandRef("farm.cli.project:project", "Check the project and show its settings."),
    "component": CommandRef("farm.cli.component:component", "List, query, render and compare components."),
    "plan": CommandRef("scheduler.cli.plan:plan", "Show what would be built, in which order, and why."),
    "simulate": CommandRef("scheduler.cli.simulate:simulate", "Say how long a rebuild takes on so many machines."),
    "build": CommandRef("scheduler.cli.build:build", "Build what the plan says, each package at least twice."),
    "run": CommandRef("scheduler.cli.run:run", "List runs; cancel, pause, drain or re-order one while it is driven."),
    "watch": CommandRef("scheduler.cli.watch:watch", "Follow a run as it happens."),
    "logs": CommandRef("scheduler.cli.logs:logs", "Show the log of a build, its cause of failure first."),
    "why": CommandRef("scheduler.cli.why:why", "Say why a component is built, waits, failed or is not published."),
    "verify": CommandRef("scheduler.cli.verify:verify", "Build once more in other surroundings and compare."),
    "repo": CommandRef("repo_publish.cli:repo", "Compose, publish, roll back and check the repositories."),
    "worker": CommandRef("scheduler.cli.worker:worker", "Start, list, drain and remove the machines that build."),
    "seed": CommandRef("workers.seed.cli:seed", "Make the seed repository that the first builds need."),
    "gc": CommandRef("scheduler.cli.gc:gc", "Remove artifacts and caches that nothing needs any more."),
    "signer": CommandRef("repo_publish.cli:signer", "Run the signer process.", hidden=True),
}

PROJECT_COMMANDS = {
    "check": CommandRef("farm.cli.project_check:check", "Check the whole configuration, without the network."),
    "deviations": CommandRef(
        "farm.cli.project_deviations:deviations", "Report every departure from upstream, and why."
    ),
    "schema": CommandRef("farm.cli.project_schema:schema", "Write a JSON schema of the project's files, for editors."),
}
"""What stands below `farm project`."""

COMPONENT_COMMANDS = {
    "list": CommandRef("farm.cli.component_list:list_components", "List components; all where none is selected."),
    "query": CommandRef("farm.cli.component_query:query", "Show the configuration of components after inheritance."),
    "render": CommandRef("farm.cli.component_render:render", "Write components as they are after overlays."),
    "diff": CommandRef("farm.cli.component_diff:diff", "Show what overlays change, from upstream to what is built."),
    "inputs": CommandRef("farm.cli.component_inputs:inputs", "Show what components are made from, input by input."),
    "changed": CommandRef("farm.cli.component_changed:changed", "Say which inputs changed between two commits."),
    "update": CommandRef("farm.cli.component_update:update", "Bring lock files up to date."),
}
"""What stands below `farm component`."""

SCRIPT_ROOTS = "scheduler.script_roots:seed_script_roots"
"""Makes what scripts that make source files run in, for commands of this room."""
