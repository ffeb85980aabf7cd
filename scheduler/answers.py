"""What comes back to the driver's thread: from workers, from its pools, and from itself."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import Future
from dataclasses import dataclass

from farm.build import BuildResult, BuiltRpm
from farm.digest import Digest
from farm.errors import FarmError
from farm.ledger.values import Lease
from farm.node_inputs import NodeInputs
from farm.source_package import BinaryPackage
from farm.verdict import RpmDifference, Verdict
from scheduler import messages
from scheduler.executor import Lost
from scheduler.node import Node
from workers.differ import Explanation

Packages = Mapping[Node, Sequence[BuiltRpm]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAnswered:
    """A worker ended an attempt, or was lost."""

    start: messages.StartBuild
    lease: Lease
    answer: BuildResult | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsFound:
    """The inputs of a node, and the packages they were solved from: while those are the same, so are the inputs.

    Attributes:
        build_id: that of the inputs, which takes some time to find.
        gone: a verdict that does not count, because the store has not all of its RPMs any more.
    """

    node: Node
    inputs: NodeInputs
    build_id: Digest
    built: Packages
    gone: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiresFound:
    """`%generate_buildrequires` of a node asks for what its graph does not know."""

    node: Node
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsMissing:
    """Why the inputs of a node cannot be known."""

    node: Node
    error: FarmError


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictUsable:
    """A build id was judged before, and all of its RPMs are there; `packages` is what they are."""

    node: Node
    verdict: Verdict
    packages: tuple[BinaryPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The builds of a node were compared.

    Attributes:
        packages: what the RPMs of the first build are.
        explained: what is known of a difference; None where there is none.
        lost: how often an explanation was lost.
    """

    node: Node
    results: tuple[BuildResult, ...]
    differences: tuple[RpmDifference, ...]
    packages: tuple[BinaryPackage, ...]
    explained: Explanation | Lost | None = None
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """What went wrong in a pool, and ends the run."""

    error: BaseException


Answer = (
    messages.Event | BuildAnswered | InputsFound | RequiresFound | InputsMissing | VerdictUsable | Compared | Raised
)

Post = Callable[[Answer], None]
"""Hands an answer over to the driver's thread, from any thread."""


def in_pool(pool: Pool, post: Post, job: Callable[[], Answer]) -> None:
    """Have a job done in a pool, and post what it answers."""

    def ended(done: Future[Answer]) -> None:
        if done.cancelled():
            return
        error = done.exception()
        post(Raised(error=error) if error is not None else done.result())

    pool.submit(job).add_done_callback(ended)
