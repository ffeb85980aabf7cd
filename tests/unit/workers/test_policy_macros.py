"""The farm's macros."""

import re

from workers.policy_macros import POLICY, TOP_DIRECTORY, policy_digest


def test_every_line_defines_one_macro() -> None:
    names = [re.fullmatch(r"%([a-z_0-9]+) \S.*", line) for line in POLICY.splitlines()]
    assert all(names)
    assert len({match[1] for match in names if match}) == len(names)


def test_what_would_reach_the_bytes_is_fixed() -> None:
    lines = POLICY.splitlines()
    assert f"%_topdir {TOP_DIRECTORY}" in lines
    assert "%_buildhost farm.invalid" in lines
    assert "%use_source_date_epoch_as_buildtime 1" in lines
    assert "%_binary_payload w3.zstdio" in lines


def test_number_of_jobs_is_that_of_the_sandbox() -> None:
    assert "%_smp_build_ncpus %{getncpus}" in POLICY.splitlines()


def test_digest_follows_the_text() -> None:
    assert policy_digest() == policy_digest()
    assert len(policy_digest()) == 64
