"""Does one thing to many components, in threads, and says at the end what failed."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from farm.cli.context import FarmContext
from farm.cli.output import note
from farm.errors import FarmError
from farm.project.model import Component

T = TypeVar("T")

_THREADS = 8


class SomeFailedError(FarmError):
    """Some of many components failed; the exit status is that of the first."""

    code = "PRJ022"


class ManyFailures:
    """Collects what failed while the rest went on."""

    def __init__(self, farm: FarmContext) -> None:
        self._farm = farm
        self._errors: list[tuple[str, FarmError]] = []

    def add(self, component: str, error: FarmError) -> None:
        """Keep an error, and tell the person now."""
        self._errors.append((component, error))
        why = f"\n  {error.why}" if error.why else ""
        note(self._farm, f"{component}: error[{error.code}]: {error.what}{why}")

    def finish(self, total: int) -> None:
        """End well only where nothing failed.

        Raises:
            SomeFailedError: something did.
        """
        if not self._errors:
            return
        names = ", ".join(name for name, _ in self._errors[:20])
        error = SomeFailedError(f"{len(self._errors)} of {total} components failed", why=names)
        error.exit_status = self._errors[0][1].exit_status  # type: ignore[misc] # of this one error, not of the class
        raise error


def each(
    farm: FarmContext,
    components: Sequence[Component],
    action: Callable[[Component], T],
    *,
    continue_on_error: bool,
) -> Iterator[tuple[Component, T]]:
    """Yield the result for each component in the given order.

    Raises:
        FarmError: one failed; at once, or after all others where the person wants to go on.
    """
    failures = ManyFailures(farm)
    with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="component") as threads:
        futures = [threads.submit(action, component) for component in components]
        for component, future in zip(components, futures, strict=True):
            try:
                result = future.result()
            except FarmError as exc:
                if not continue_on_error:
                    threads.shutdown(cancel_futures=True)
                    raise
                failures.add(component.name, exc)
                continue
            yield component, result
    failures.finish(len(components))
