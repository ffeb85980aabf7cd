"""Waits for what runs on Ray, in one thread for all of it.

Ray can call a function for each task that ends, but does so in the thread that hands tasks to workers: while it waits
there for the interpreter's lock, which a busy driver has, workers wait for tasks.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from scheduler.ray_library import RayError, RaySystemError, ray

T = TypeVar("T")

_TOGETHER = 16
"""So many answers are handed over at once, unless fewer have come in for some time."""

_SECONDS, _QUIET_SECONDS = 0.02, 0.2
"""That time, while answers come, and while none do. What begins meanwhile is looked at afterwards."""

_QUIET = 50
"""So often in a row there was no answer."""

_PATIENCE_SECONDS = 10.0
"""How long whoever leaves Ray waits for this thread to have left it."""


class RayAnswers:
    """Hands over what each task came to, once: its value, or the error of Ray that ended it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[ray.ObjectRef[Any], Callable[[Any], None]] = {}
        self._thread: threading.Thread | None = None

    def watch(self, reference: "ray.ObjectRef[T]", done: Callable[[T | RayError], None]) -> None:
        """Call a function once a task has ended, from a thread of its own."""
        with self._changed:
            self._waiting[reference] = done
            if self._thread is None:
                self._thread = threading.Thread(target=self._hand_over, name="ray answers", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        """Forget what is waited for: Ray must not be left while it is asked."""
        with self._changed:
            self._waiting.clear()
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join(_PATIENCE_SECONDS)

    def _hand_over(self) -> None:
        in_vain = 0
        while references := self._awaited():
            ended = _ended(references, _SECONDS if in_vain < _QUIET else _QUIET_SECONDS)
            in_vain = 0 if ended else in_vain + 1
            for reference, answer in ended:
                with self._changed:
                    done = self._waiting.pop(reference, None)
                if done is not None:
                    done(answer)

    def _awaited(self) -> "Sequence[ray.ObjectRef[Any]]":
        """Return what is waited for, as soon as that is something; nothing once this thread is not wanted any more."""
        me = threading.current_thread()
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._thread is not me)
            return list(self._waiting) if self._thread is me else []


def _ended(references: "Sequence[ray.ObjectRef[Any]]", seconds: float) -> "Sequence[tuple[ray.ObjectRef[Any], object]]":
    """Wait so long for tasks to end, and return those that have, with what they came to."""
    some = min(_TOGETHER, len(references))
    try:
        ended, _ = ray.wait(list(references), num_returns=some, timeout=seconds)
        if len(ended) == some:
            ended, _ = ray.wait(list(references), num_returns=len(references), timeout=0)
    except Exception as exc:  # noqa: BLE001 - whatever Ray raises then: it is gone, and nobody else would answer
        return [(reference, _in_rays_words(exc)) for reference in references]
    try:
        return list(zip(ended, ray.get(ended), strict=True))
    except Exception:  # noqa: BLE001 - that of one of them: `_value` tells of which
        return [(reference, _value(reference)) for reference in ended]


def _value(reference: "ray.ObjectRef[T]") -> T | RayError:
    try:
        return ray.get(reference)
    except Exception as exc:  # noqa: BLE001 - as above
        return _in_rays_words(exc)


def _in_rays_words(exc: Exception) -> RayError:
    return exc if isinstance(exc, RayError) else RaySystemError(exc)  # type: ignore[no-untyped-call] # Ray's own
