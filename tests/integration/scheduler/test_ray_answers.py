"""What Ray's own tasks come to."""

import os
import signal
from collections.abc import Iterator
from queue import SimpleQueue

import pytest
from builders.local_ray import local_ray

from scheduler.ray_answers import RayAnswers
from scheduler.ray_library import RayError, WorkerCrashedError, ray

pytestmark = pytest.mark.integration


@pytest.fixture
def answers() -> Iterator[RayAnswers]:
    with local_ray():
        answers = RayAnswers()
        yield answers
        answers.stop()


def test_values_errors_and_deaths_are_told_as_what_they_are(answers: RayAnswers) -> None:
    # Functions within a function travel whole: a worker cannot import this file.
    def double(number: int) -> int:
        return 2 * number

    def refuse(why: str) -> int:
        raise ValueError(why)

    def die() -> int:
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    heard: SimpleQueue[int | RayError] = SimpleQueue()
    begin = ray.remote(max_retries=0, num_cpus=1)
    for number in range(40):
        answers.watch(begin(double).remote(number), heard.put)
    answers.watch(begin(refuse).remote("no"), heard.put)
    answers.watch(begin(die).remote(), heard.put)
    told = [heard.get(timeout=60) for _ in range(42)]
    assert sorted(each for each in told if isinstance(each, int)) == [2 * number for number in range(40)]
    errors = [each for each in told if isinstance(each, RayError)]
    assert sorted(isinstance(each, ValueError) for each in errors) == [False, True]
    assert sorted(isinstance(each, WorkerCrashedError) for each in errors) == [False, True]
    answers.watch(begin(double).remote(50), heard.put)
    assert heard.get(timeout=60) == 100
