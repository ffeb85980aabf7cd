from hypothesis import given
from hypothesis import strategies as st

from farm.sandbox.affinity import chosen_cpus, taskset_argv


def test_all_cpus_need_no_program() -> None:
    assert taskset_argv(0) == []


def test_one_cpu_is_named() -> None:
    program, option, cpus = taskset_argv(1)
    assert (program, option) == ("taskset", "--cpu-list")
    assert cpus.isdigit()


def test_turns_spread_over_the_cpus() -> None:
    assert {tuple(chosen_cpus([0, 1, 4], 1, turn)) for turn in range(3)} == {(0,), (1,), (4,)}
    assert chosen_cpus([0, 1, 2, 3], 2, 1) == [2, 3]


@given(st.lists(st.integers(0, 500), min_size=1, unique=True), st.integers(1, 64), st.integers(0, 10**6))
def test_never_a_cpu_that_is_not_available(available: list[int], wanted: int, turn: int) -> None:
    chosen = chosen_cpus(sorted(available), wanted, turn)
    assert len(set(chosen)) == min(wanted, len(available))
    assert set(chosen) <= set(available)
