import threading
from pathlib import Path

from workers.layer_lock import exclusive, shared, unused


def test_what_is_in_use_is_not_free(tmp_path: Path) -> None:
    with shared(tmp_path / "lock"), unused(tmp_path / "lock") as free:
        assert not free
    with unused(tmp_path / "lock") as free:
        assert free


def test_many_may_use_it_at_once(tmp_path: Path) -> None:
    with shared(tmp_path / "lock"), shared(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()


def test_a_builder_is_waited_for(tmp_path: Path) -> None:
    order: list[str] = []

    def use() -> None:
        with shared(tmp_path / "lock"):
            order.append("used")

    user = threading.Thread(target=use)
    with exclusive(tmp_path / "lock"):
        user.start()
        user.join(0.1)
        order.append("built")
    user.join()
    assert order == ["built", "used"]
