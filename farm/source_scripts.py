"""The scripts of a component that make source files: where they lie, and what stands for them in its identity."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from farm.canonical import identity
from farm.digest import Digest, digest_bytes
from farm.project.boundary import Boundary
from farm.project.model import Component, DeclaredSource, OriginType
from farm.project.script_place import script_place
from farm.sources.errors import SourceScriptError
from farm.sources.script_roots import ScriptRoots
from farm.sources.script_sandbox import ScriptSurroundings
from farm.sources.script_source import scripted_source
from farm.sources.sources_file import SourceEntry

_MOST_SCRIPT = 16 * 2**20


class SourceScripts:
    """Reads and runs the scripts of one project's components; safe to use from several threads.

    Args:
        roots: directories that a script may lie in (`Project.roots`).
        scratch: directory for what lies about on the way (`CachePaths.scratch`).
        script_roots: what scripts run in; without it they see this host's `/usr`, and have no packages.
        network: whether they have the machine's network.
    """

    def __init__(
        self,
        *,
        roots: tuple[Path, ...],
        scratch: Path,
        script_roots: ScriptRoots | None = None,
        network: bool = False,
    ) -> None:
        self._boundary = Boundary(roots)
        self._scratch = scratch
        self._script_roots = script_roots
        self._network = network

    def ids(self, component: Component) -> Mapping[str, Digest]:
        """Return what stands for each script with what it is given, by the name of the file that it makes.

        One that cannot be read has none, which running it will say.
        """
        found = {}
        for source in scripted(component):
            try:
                content = digest_bytes(self._content(component, source))
            except SourceScriptError:
                continue
            given = {"script": content, "name": source.script, "inputs": source.inputs, "packages": source.packages}
            found[source.filename] = identity("source-script", given)
        return found

    @contextmanager
    def made(
        self, component: Component, source: DeclaredSource, entry: SourceEntry, inputs: Mapping[str, Path | bytes]
    ) -> Iterator[Path]:
        """Give the file that a script makes, as `scripted_source` does; it is made anew each time.

        Raises:
            SourceScriptError: the script is not there.
            OutsideProjectError: it lies outside of the project.
            UnresolvableError: there is no such package as it asks for.
        """
        script = self._content(component, source)
        with ExitStack() as stack:
            root = None
            if self._script_roots is not None:
                wanted_by = f"the script {source.script} ({source.origin})"
                root = stack.enter_context(self._script_roots.opened(source.packages, wanted_by))
            made = scripted_source(
                source,
                entry,
                script=script,
                inputs=inputs,
                scratch=self._scratch,
                surroundings=ScriptSurroundings(root=root, network=self._network),
            )
            yield stack.enter_context(made)

    def _content(self, component: Component, source: DeclaredSource) -> bytes:
        path = script_place(component, source)
        try:
            real = self._boundary.resolve(path, source.origin)
            if not real.is_file() or real.stat().st_size > _MOST_SCRIPT:
                raise _no_script(source, f"{path} is no file of at most {_MOST_SCRIPT} bytes")
            return real.read_bytes()
        except OSError as exc:
            raise _no_script(source, str(exc)) from exc


def scripted(component: Component) -> tuple[DeclaredSource, ...]:
    """Return the source files that scripts make, in the order in which they are declared."""
    return tuple(source for source in component.sources if source.type is OriginType.CUSTOM)


def _no_script(source: DeclaredSource, why: str) -> SourceScriptError:
    return SourceScriptError(
        f"the script {source.script} is not there, which makes the source file {source.filename!r}",
        why=f"{source.origin}: {why}",
        hint="a script lies beside the local spec, or beside the file that defines the component",
    )
