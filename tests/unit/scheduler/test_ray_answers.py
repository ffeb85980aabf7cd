import threading
import time
from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import pytest

from scheduler import ray_answers
from scheduler.ray_answers import RayAnswers
from scheduler.ray_library import RaySystemError, WorkerCrashedError


class FakeRay:
    """Tasks that end when they are told to; what it is asked is counted."""

    def __init__(self) -> None:
        self.ended: dict[str, object] = {}
        self.gone = False
        self.waits: list[float] = []

    def wait(self, references: list[str], *, num_returns: int, timeout: float) -> tuple[list[str], list[str]]:
        if self.gone:
            raise RuntimeError("the raylet is gone")
        self.waits.append(timeout)
        ready = [each for each in references if each in self.ended]
        if not ready:
            time.sleep(0.001)
        return ready[:num_returns], []

    def get(self, asked: str | Sequence[str]) -> object:
        if isinstance(asked, str):
            answer = self.ended[asked]
            if isinstance(answer, Exception):
                raise answer
            return answer
        return [self.get(each) for each in asked]


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> FakeRay:
    fake = FakeRay()
    monkeypatch.setattr(ray_answers, "ray", SimpleNamespace(wait=fake.wait, get=fake.get))
    return fake


@pytest.fixture
def answers() -> Iterator[RayAnswers]:
    answers = RayAnswers()
    yield answers
    answers.stop()


class Heard:
    """Takes answers."""

    def __init__(self) -> None:
        self.all: list[object] = []
        self._came = threading.Condition()

    def __call__(self, answer: object) -> None:
        with self._came:
            self.all.append(answer)
            self._came.notify()

    def wait_for(self, count: int) -> list[object]:
        with self._came:
            assert self._came.wait_for(lambda: len(self.all) >= count, timeout=30)
        return self.all


def watch(answers: RayAnswers, name: str, heard: Heard) -> None:
    answers.watch(name, heard)  # type: ignore[arg-type] # the fake's references are names


def test_every_answer_is_handed_over_once(ray: FakeRay, answers: RayAnswers) -> None:
    heard = Heard()
    for number in range(100):
        watch(answers, str(number), heard)
    ray.ended.update({str(number): number for number in range(100)})
    assert sorted(str(each) for each in heard.wait_for(100)) == sorted(str(number) for number in range(100))
    watch(answers, "further", heard)
    ray.ended["further"] = 100
    assert heard.wait_for(101)[-1] == 100


def test_a_task_that_failed_keeps_no_other_answer(ray: FakeRay, answers: RayAnswers) -> None:
    heard, crashed = Heard(), WorkerCrashedError()
    ray.ended.update({"good": 1, "bad": crashed, "fine": 2})
    for name in ("good", "bad", "fine"):
        watch(answers, name, heard)
    assert set(heard.wait_for(3)) == {1, 2, crashed}


def test_an_answer_that_cannot_be_read_is_lost_and_keeps_no_other(ray: FakeRay, answers: RayAnswers) -> None:
    heard = Heard()
    ray.ended.update({"odd": ValueError("no such type"), "fine": 2})
    for name in ("odd", "fine"):
        watch(answers, name, heard)
    (lost,) = [each for each in heard.wait_for(2) if each != 2]
    assert isinstance(lost, RaySystemError)
    assert "no such type" in str(lost)


def test_a_ray_that_is_gone_answers_for_all(ray: FakeRay, answers: RayAnswers) -> None:
    heard = Heard()
    ray.gone = True
    watch(answers, "a", heard)
    watch(answers, "b", heard)
    assert [type(each) for each in heard.wait_for(2)] == [RaySystemError] * 2


def test_what_is_stopped_is_forgotten_and_what_begins_then_is_not(ray: FakeRay, answers: RayAnswers) -> None:
    forgotten, heard = Heard(), Heard()
    watch(answers, "old", forgotten)
    answers.stop()
    assert not [each for each in threading.enumerate() if each.name == "ray answers"]
    ray.ended.update({"old": 1, "new": 2})
    watch(answers, "new", heard)
    assert heard.wait_for(1) == [2]
    assert forgotten.all == []


def test_what_was_never_begun_can_be_stopped(answers: RayAnswers) -> None:
    answers.stop()


def test_a_quiet_ray_is_asked_less_often(ray: FakeRay, answers: RayAnswers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_answers, "_QUIET", 3)
    heard = Heard()
    watch(answers, "long", heard)
    while len(ray.waits) < 6:
        time.sleep(0.001)
    ray.ended["long"] = 1
    heard.wait_for(1)
    assert ray.waits[:5] == [0.02, 0.02, 0.02, 0.2, 0.2]
