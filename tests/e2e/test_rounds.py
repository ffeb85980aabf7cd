"""Components that need each other: the seed breaks the cycle, and rounds end where no byte changes any more."""

import re
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import Farm, make_farm

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SPECS = {
    "media-types": noarch(
        "media-types", build="if [ -e /usr/share/netbase/text ]; then echo tested >> text; fi", requires="netbase"
    ),
    "netbase": noarch("netbase", build="cat /usr/share/media-types/text >> text", requires="media-types"),
    "leaflet": noarch("leaflet"),
}
"""The first two are packages of the seed, too, and in every buildroot; the seed's have no such files."""


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, seed_repository: Path, layer_cache: Path) -> Farm:
    return make_farm(tmp_path_factory.mktemp("rounds"), seed_repository, SPECS, layer_cache)


def test_the_plan_says_what_is_built_first(farm: Farm) -> None:
    stages = farm.run("plan", "--stages").stdout.splitlines()

    assert [line.split()[1] for line in stages] == ["COMPONENT", "media-types"]


def test_a_stage_that_may_not_settle_says_what_still_changes(farm: Farm) -> None:
    said = farm.run("build", "-a", "--rounds", "2", status=5).stderr

    assert "error[RND001]: the stage still changes after 2 rounds" in said
    assert re.search(r"media-types.x86_64 was built with other bytes of .*netbase", said)
    assert "round 2: other bytes of media-types.x86_64, netbase.x86_64\n" in said, "leaflet keeps its bytes"
    kept_out = farm.run("repo", "compose").stderr
    assert "kept out: media-types x86_64: unsettled: its stage has not settled" in kept_out
    rounds = [event["stale"] for event in farm.events() if event["event"] == "round-ended"]
    assert [["media-types", "x86_64"] in stale for stale in rounds if isinstance(stale, list)] == [True, True]


def test_rounds_end_where_no_byte_changes(farm: Farm) -> None:
    done = farm.run("build", "-a")

    assert "round 3: no byte changed" in done.stderr
    assert "kept out" not in farm.run("repo", "compose").stderr
    rounds = [event["stale"] for event in farm.events() if event["event"] == "round-ended"]
    assert (len(rounds), rounds[-1]) == (3, [])
    assert "media-types" in {component for component, _ in farm.built()}


def test_the_settled_stage_is_not_built_again_nor_half_of_it(farm: Farm) -> None:
    farm.run("build", "-a")
    assert farm.built() == []
    farm.run("build", "-p", "media-types")
    assert farm.built() == []
