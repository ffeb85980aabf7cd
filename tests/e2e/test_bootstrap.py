"""Two components that need each other, of which the seed has none: a bootstrap bcond begins the cycle."""

import json
import re
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import Farm, make_farm

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

_BCOND = "%bcond_with tiny\n"
SPECS = {
    "alpha": _BCOND
    + noarch("alpha", build="%if %{without tiny}\ntest -e /usr/share/beta/text && echo tested >> text\n%endif").replace(
        "BuildArch: noarch\n", "BuildArch: noarch\n%if %{without tiny}\nBuildRequires: beta\n%endif\n"
    ),
    "beta": noarch("beta", build="cat /usr/share/alpha/text >> text", requires="alpha"),
    "leaflet": "%bcond_with tiny\n" + noarch("leaflet"),
}


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, seed_repository: Path, layer_cache: Path) -> Farm:
    return make_farm(tmp_path_factory.mktemp("bootstrap"), seed_repository, SPECS, layer_cache)


def test_without_a_bcond_nothing_can_begin(farm: Farm) -> None:
    assert "error[GRF001]: components need each other: alpha -> beta -> alpha" in farm.run("plan", status=6).stderr


def test_a_bcond_that_the_spec_does_not_know_is_refused_with_its_line(farm: Farm) -> None:
    farm.project.bootstrap = {"alpha": "minimal"}
    farm.project.write()

    said = farm.run("plan", status=3).stderr

    assert "error[PRJ025]: alpha.spec has no bcond 'minimal'" in said
    assert re.search(r"farm\.toml:\d+: ", said)
    assert "its bconds are tiny" in said


def test_the_plan_says_what_begins_the_cycle_and_what_need_not(farm: Farm) -> None:
    farm.project.bootstrap = {"alpha": "tiny", "leaflet": "tiny"}
    farm.project.write()

    said = farm.run("plan")

    assert "cycle: alpha.x86_64 is built --with tiny first, without beta; then in full" in said.stderr
    assert "bootstrap: leaflet.x86_64 is not built --with tiny first: it is in no cycle" in said.stderr
    (stage,) = json.loads(farm.run("-O", "json", "plan", "--stages").stdout)
    assert (stage["component"], stage["instead_of"], stage["seed_packages"]) == ("alpha", ["beta"], [])
    assert "bootstrap: first --with tiny" in farm.run("why", "alpha").stdout


def test_a_bootstrap_build_is_never_published(farm: Farm) -> None:
    said = farm.run("build", "-a", "--rounds", "1", status=5).stderr

    assert "error[RND001]: the stage still changes after 1 rounds" in said
    assert "alpha.x86_64 was built --with tiny, not in full" in said
    kept_out = farm.run("repo", "compose").stderr
    assert "kept out: alpha x86_64: unsettled: its stage has not settled: it was built --with tiny" in kept_out
    assert "kept out: beta x86_64: unsettled: its stage has not settled: it was built with other bytes of alpha" in (
        kept_out
    )
    assert "kept out: leaflet" not in kept_out
    planned = [event["reasons"] for event in farm.events() if event["event"] == "node-planned"]
    assert ["never built", "bootstrap: first --with tiny, without beta; then in full"] in planned


def test_later_rounds_build_it_in_full_until_no_byte_changes(farm: Farm) -> None:
    done = farm.run("build", "-a")

    assert "round 2: 2 to look at again: alpha.x86_64 was built --with tiny, not in full" in done.stderr
    assert "round 3: no byte changed" in done.stderr
    rounds = [event["stale"] for event in farm.events() if event["event"] == "round-ended"]
    assert rounds[0] == [["alpha", "x86_64"]]
    assert rounds[-1] == []
    assert {component for component, _ in farm.built()} == {"alpha", "beta"}, "the first round was built before"


def test_a_later_run_builds_nothing_of_it_again(farm: Farm) -> None:
    farm.run("build", "-p", "alpha")

    assert farm.built() == []
    assert "kept out" not in farm.run("repo", "compose").stderr
