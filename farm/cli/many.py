"""Does one thing to many components, in threads, and says at the end what failed."""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from farm.cli.output import complain
from farm.errors import FarmError
from farm.project.model import Component

T = TypeVar("T")

_THREADS = 8


class SomeFailedError(FarmError):
    """Some of many components failed; the exit status is that of the first."""

    code = "PRJ022"


class ManyFailures:
    """Collects what failed while the rest went on."""

    def __init__(self) -> None:
        self._errors: list[tuple[str, FarmError]] = []

    def add(self, component: str, error: FarmError) -> None:
        """Keep an error, and tell the person now."""
        self._errors.append((component, error))
        more = "".join(f"\n  {label}: {text}" for label, text in (("why", error.why), ("hint", error.hint)) if text)
        complain(f"{component}: error[{error.code}]: {error.what}{more}")

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


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Give threads that, where the block ends early (also by Ctrl-C), begin nothing more."""
    threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="component")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)


def each(
    components: Sequence[Component],
    action: Callable[[Component], T],
    *,
    continue_on_error: bool,
) -> Generator[tuple[Component, T], None, None]:
    """Yield the result for each component in the given order.

    Raises:
        FarmError: one failed; at once, or after all others where the person wants to go on.
    """
    failures = ManyFailures()
    with _threads() as threads:
        futures = [threads.submit(action, component) for component in components]
        for component, future in zip(components, futures, strict=True):
            try:
                result = future.result()
            except FarmError as exc:
                if not continue_on_error:
                    raise
                failures.add(component.name, exc)
                continue
            yield component, result
    failures.finish(len(components))
