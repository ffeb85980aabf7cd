"""`farm component render`: write components as they are after overlays."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.learned_hash import ALLOW_HELP, tell_learned
from farm.cli.many import each
from farm.cli.named_path import NamedPath
from farm.cli.output import Column, emit_rows
from farm.cli.script_roots import script_roots
from farm.cli.selection import Selection, keep_going, selectors
from farm.cli.transfer_progress import transfer_watch
from farm.errors import FarmError, UsageError
from farm.missing_hashes import MissingHashes
from farm.overlay.files import Files
from farm.project.model import Component, Project, UpstreamSpec
from farm.render import Renderer
from farm.render_steps import RenderSteps
from farm.rendered_specs import rendered_directory, rendered_root, stale_directories
from farm.rendered_tree import holds, remove_tree, write_tree
from farm.requires.file_filter import FileFilter
from farm.source_files import SourceGatherer, project_sources
from farm.sources.script_roots import ScriptRoots
from farm.sources.transfer import TransferWatch

Rendered = tuple[Component, Files]

_BATCH = 100
"""So many specs are read at a time: one sandbox serves them all."""


class RenderOverSourceError(UsageError):
    """What is rendered would replace what it is rendered from."""

    code = "CLI006"


class RenderDriftError(FarmError):
    """What a project keeps rendered is not what its overlays give."""

    code = "PRJ024"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRow:
    """A component that was rendered to a directory.

    Attributes:
        files: how many it has; none where the project has the component no more.
        changed: whether the directory is, or with `--check` or `-n` would be, another than before.
    """

    component: str
    directory: str
    files: int
    changed: bool


_RENDER_COLUMNS = [
    Column[RenderRow]("component", lambda row: row.component),
    Column[RenderRow]("directory", lambda row: row.directory),
    Column[RenderRow]("files", lambda row: row.files, right=True),
    Column[RenderRow]("changed", lambda row: row.changed),
]


@click.command("render")
@selectors
@keep_going
@click.option(
    "-o",
    "--output",
    type=NamedPath(file_okay=False),
    metavar="DIR",
    help="Where to; as a rule, the project's own rendered specs (rendered-specs-dir).",
)
@click.option(
    "--check", "--check-only", "check", is_flag=True, help="Write nothing; fail where something would change."
)
@click.option("--clean-stale", is_flag=True, help="With -a: remove components that the project has no more.")
@click.option("--with-sources", is_flag=True, help="Write what the lookaside has, too.")
@click.option("--allow-no-hashes", is_flag=True, help=ALLOW_HELP)
@pass_farm
def render(  # noqa: PLR0913 - one argument an option
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    output: Path | None,
    *,
    everything: bool,
    continue_on_error: bool,
    check: bool,
    clean_stale: bool,
    with_sources: bool,
    allow_no_hashes: bool,
) -> None:
    """Write components as they are after overlays, to DIR/<first letter>/<name>; each directory is replaced whole."""
    if clean_stale and not everything:
        raise click.UsageError("--clean-stale needs -a: a component that was not selected is not stale")
    project = farm.project()
    found = Selection(globs=component, groups=component_group, everything=everything).of(project)
    root = rendered_root(project) if output is None else output.absolute()
    for one in found:
        _refuse_source(rendered_directory(root, one.name), project)
    roots = script_roots(farm, project, found) if with_sources or allow_no_hashes else None
    keep = _everything if with_sources else FileFilter(project=project, cache=farm.cache).keep_needed
    only_look = check or farm.dry_run
    rows: list[RenderRow] = []
    try:
        with transfer_watch(farm) as watch:
            files_of = _rendering(
                farm, project, watch, roots, with_sources=with_sources, allow_no_hashes=allow_no_hashes
            )
            for batch in _batches(each(found, files_of, continue_on_error=continue_on_error)):
                for (one, _), files in zip(batch, keep(batch), strict=True):
                    target = rendered_directory(root, one.name)
                    changed = not holds(target, files) if only_look else write_tree(target, files, f"{one.name}.spec")
                    rows.append(RenderRow(component=one.name, directory=str(target), files=len(files), changed=changed))
        if clean_stale:
            rows += _clean(root, project, only_look=only_look)
    finally:
        emit_rows(farm, [row for row in rows if row.changed] if check else rows, _RENDER_COLUMNS)
    drifted = [row.component for row in rows if row.changed]
    if check and drifted:
        raise RenderDriftError(
            f"{len(drifted)} of {len(rows)} rendered components are out of date",
            why=", ".join(drifted[:20]),
            hint="run farm component render for them, and commit what it writes",
        )


def _batches(rendered: Iterator[Rendered]) -> Iterator[list[Rendered]]:
    """Yield what was rendered in lists; what came before an error is yielded before it is raised."""
    batch: list[Rendered] = []
    try:
        for one in rendered:
            batch.append(one)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except FarmError:
        yield batch
        raise
    yield batch


def _everything(rendered: Sequence[Rendered]) -> list[Files]:
    return [files for _, files in rendered]


def _rendering(
    farm: FarmContext,
    project: Project,
    watch: TransferWatch,
    roots: ScriptRoots | None,
    *,
    with_sources: bool,
    allow_no_hashes: bool,
) -> Callable[[Component], Files]:
    """Return what renders a component as the options say; a store is opened only where files come into it."""
    if not with_sources and not allow_no_hashes:
        return _without_sources(farm, project)
    sources = project_sources(project=project, store=farm.store(), cache=farm.cache, watch=watch, script_roots=roots)
    files_of = _with_sources(farm, project, sources) if with_sources else _without_sources(farm, project)
    if not allow_no_hashes:
        return files_of
    hashes = MissingHashes(project=project, cache=farm.cache, sources=sources, tell=tell_learned)
    return lambda one: files_of(hashes.complete(one))


def _without_sources(farm: FarmContext, project: Project) -> Callable[[Component], Files]:
    steps = RenderSteps(project=project, cache=farm.cache)
    return lambda one: steps.render(steps.identify(one)).files


def _with_sources(farm: FarmContext, project: Project, sources: SourceGatherer) -> Callable[[Component], Files]:
    store = farm.store()
    renderer = Renderer(project=project, store=store, cache=farm.cache, sources=sources)
    return lambda one: {file.name: store.read(file.digest) for file in renderer.render(one).files}


def _clean(root: Path, project: Project, *, only_look: bool) -> list[RenderRow]:
    stale = stale_directories(root, project.components)
    for directory in stale:
        if not only_look:
            remove_tree(directory, f"{directory.name}.spec")
    return [RenderRow(component=path.name, directory=str(path), files=0, changed=True) for path in stale]


def _refuse_source(target: Path, project: Project) -> None:
    """Keep what is rendered from replacing what it is rendered from.

    Raises:
        RenderOverSourceError: a local spec, or the project itself, is in the directory.
    """
    specs = [one.spec.path for one in project.components.values() if not isinstance(one.spec, UpstreamSpec)]
    for path in (project.root, *specs):
        if path.resolve().is_relative_to(target.resolve()):
            raise RenderOverSourceError(
                f"{target} is a source of the project", why=f"it has {path}", hint="choose another directory with -o"
            )
