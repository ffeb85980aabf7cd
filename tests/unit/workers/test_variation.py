"""Surroundings: deterministic, and different from each other where they can be."""

import re
from dataclasses import asdict

import pytest
from builders.builds import digest
from hypothesis import given
from hypothesis import strategies as st

from workers.variation import directory_seed, further_variation, on_cpus, user_id

BUILD = digest("a build")
BUILD_IDS = st.text(max_size=5).map(digest)


@given(BUILD_IDS)
def test_second_build_shares_nothing_with_the_first(build_id: str) -> None:
    first, second = asdict(further_variation(digest(build_id), 0)), asdict(further_variation(digest(build_id), 1))
    assert [field for field in first if first[field] == second[field]] == []


@given(BUILD_IDS, st.integers(min_value=0, max_value=40))
def test_surroundings_depend_on_build_and_number_alone(build_id: str, n: int) -> None:
    assert further_variation(digest(build_id), n) == further_variation(digest(build_id), n)


@given(BUILD_IDS)
def test_no_two_surroundings_of_a_build_are_alike(build_id: str) -> None:
    many = [further_variation(digest(build_id), n) for n in range(25)]
    for field in ("name", "hostname", "time_offset", "user", "home"):
        assert len({getattr(one, field) for one in many}) == len(many), field
    assert len({directory_seed(digest(build_id), one) for one in many}) == len(many)
    assert len({user_id(one) for one in many}) == len(many)


@given(BUILD_IDS, st.integers(min_value=0, max_value=40))
def test_values_are_ones_that_a_machine_may_have(build_id: str, n: int) -> None:
    one = further_variation(digest(build_id), n)
    assert re.fullmatch(r"[a-z]{8}\.[a-z0-9-]+\.invalid", one.hostname)
    assert len(one.hostname) <= 63
    assert one.home.startswith("/builddir/")
    assert one.home != "/builddir/build"
    assert 1000 <= user_id(one) < 60_000
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", directory_seed(digest(build_id), one))


def test_clock_of_the_second_build_is_another_in_every_field() -> None:
    offset = further_variation(BUILD, 1).time_offset
    assert 399 * 86_400 < offset < 402 * 86_400
    assert offset % 60 or offset % 3600


def test_first_build_has_the_machines_own_clock() -> None:
    assert further_variation(BUILD, 0).time_offset == 0
    assert further_variation(BUILD, 0).cpus == 0


def test_there_is_nothing_before_the_first() -> None:
    with pytest.raises(ValueError, match="number -1"):
        further_variation(BUILD, -1)


@given(cpus=st.integers(1, 64), idle=st.integers(0, 64))
def test_first_and_second_build_see_different_numbers_of_cpus_wherever_they_run(cpus: int, idle: int) -> None:
    first = on_cpus(further_variation(digest("a"), 0), cpus=cpus, may_use=cpus + idle).cpus
    second = on_cpus(further_variation(digest("a"), 1), cpus=cpus, may_use=cpus + idle).cpus
    assert first >= max(cpus + idle, 2)
    assert second == max(1, cpus - 1) < first


def test_a_place_that_says_nothing_of_cpus_leaves_surroundings_as_they_are() -> None:
    for variation in (further_variation(digest("a"), 0), further_variation(digest("a"), 1)):
        assert on_cpus(variation, cpus=1, may_use=0) == variation
