import pytest

from scheduler.ray_start import RayStartError, start_ray


@pytest.mark.parametrize("failures", [0, 2, 3])
def test_a_ray_that_comes_up_late_is_started_again(monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    tries: list[str] = []

    def start(**_options: object) -> None:
        tries.append("start")
        if tries.count("start") <= failures:
            raise Exception("The current node timed out during startup")  # noqa: TRY002 - this is what Ray raises

    monkeypatch.setattr("ray.shutdown", lambda: tries.append("shutdown"))
    monkeypatch.setattr("ray.init", start)
    monkeypatch.setattr("scheduler.ray_start.make_token", lambda: None)
    if failures < 3:
        start_ray()
        assert tries == ["start", *["shutdown", "start"] * failures]
        return
    with pytest.raises(RayStartError) as caught:
        start_ray()
    assert caught.value.exit_status == 8
    assert caught.value.why == "The current node timed out during startup"
    assert tries.count("start") == 3


def test_the_ray_of_this_machine_alone_joins_no_cluster_that_happens_to_run_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr("ray.init", lambda **options: asked.update(options))
    monkeypatch.setattr("scheduler.ray_start.make_token", lambda: None)
    start_ray()
    assert asked["address"] == "local"


def test_a_driver_on_a_machine_outside_of_its_cluster_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> None:
        raise ConnectionError("no node here")

    monkeypatch.setattr("ray.shutdown", lambda: None)
    monkeypatch.setattr("ray.init", refuse)
    with pytest.raises(RayStartError, match=r"cannot join the cluster at 127\.0\.0\.1:6379") as caught:
        start_ray("127.0.0.1:6379")
    assert (caught.value.why, "--slots 0" in caught.value.hint) == ("no node here", True)
