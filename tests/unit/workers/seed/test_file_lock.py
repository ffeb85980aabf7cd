from pathlib import Path
from threading import Event, Thread

import pytest

from workers.seed.file_lock import locked
from workers.seed.seed_error import SeedError


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "below" / "lock"
    said, order = Event(), []

    def second() -> None:
        with locked(path, said.set) as waited:
            order.append(f"second waited: {waited}")

    with locked(path) as waited:
        thread = Thread(target=second)
        thread.start()
        assert said.wait(10)
        order.append(f"first waited: {waited}")
    thread.join(10)
    assert order == ["first waited: False", "second waited: True"]


@pytest.mark.hostile
def test_a_directory_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SeedError) as caught, locked(tmp_path / "file" / "lock"):
        pytest.fail("the lock was taken")
    assert "FARM_CACHE" in caught.value.hint
