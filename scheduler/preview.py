"""What changes of a project would cause, before anything is built: the changed components and all that need them."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack

from farm.changes.compare_projects import ChangeKind, ComponentChange, compare_projects
from farm.changes.past_project import past_project
from farm.cli.context import FarmContext
from farm.history.repository import ProjectRepository
from farm.project.root import find_root
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.plan import Action, Plan, bootstrap_reasons, plan_node
from scheduler.reasons import InputChanged, NeverBuilt, ParentRebuilt, Reason, SpecChanged


def project_changes(farm: FarmContext, start: str, end: str) -> list[ComponentChange]:
    """Return what became of the components of a project between two commits.

    Args:
        end: empty for the work tree, as far as git knows its files.

    Raises:
        ProjectError: there is no such commit, or the project was not valid then.
    """
    repository = ProjectRepository.of(find_root(farm.project_dir), cache=farm.cache.dist_git)
    with ExitStack() as stack:
        old, new = (
            stack.enter_context(past_project(repository, revision, config_files=farm.config_files))
            for revision in (start, end or _work_tree(repository))
        )
        return compare_projects(repository, old, new)


def _work_tree(repository: ProjectRepository) -> str:
    """Return a commit of the work tree as it is, which no branch has; HEAD where nothing is changed."""
    nobody = ("-c", "user.name=farm plan", "-c", "user.email=")
    made = repository.check([f"--work-tree={repository.top}", *nobody, "stash", "create"])
    return made.decode().strip() or "HEAD"


def preview_plan(graph: BuildGraph, changes: Sequence[ComponentChange], selected: Collection[Node]) -> Plan:
    """Return the plan that changes cause; nodes that they do not reach are left out.

    Args:
        changes: what became of components; those that are no longer there cause nothing.
        selected: only these nodes are planned; what reaches them from others counts.
    """
    causes = {change.component: _reasons(change) for change in changes}
    reached: dict[Node, Action] = {}
    nodes = []
    begun = bootstrap_reasons(graph)
    for node in graph.nodes:
        own = causes.get(node.component, ())
        parents = tuple(
            ParentRebuilt(component=provider.component) for provider in graph.providers(node) if provider in reached
        )
        if not own and not parents:
            continue
        reached[node] = Action.BUILD if own else Action.MAYBE
        nodes.append(plan_node(graph, node, reached[node], (*own, *parents, *begun.get(node, ()))))
    wanted = set(selected)
    return Plan(
        nodes=tuple(it for it in nodes if it.node in wanted),
        cut=tuple(it for it in graph.cut if it.node in reached and it.node in wanted),
        excluded=(),
        bootstraps=tuple(it for it in graph.bootstraps if it.node in reached and it.node in wanted),
        idle_bootstraps=tuple(it for it in graph.idle_bootstraps if it.node in reached and it.node in wanted),
    )


def _reasons(change: ComponentChange) -> tuple[Reason, ...]:
    match change.change:
        case ChangeKind.ADDED:
            return (NeverBuilt(),)
        case ChangeKind.CHANGED:
            return tuple(
                InputChanged(input=it.input, before=it.old, after=it.new, file=it.new_at or it.old_at)
                for it in change.inputs
            )
        case ChangeKind.RENDERED:
            return (SpecChanged(),)
    return ()
