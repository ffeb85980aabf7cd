"""The main job, in order, on one state directory: build, publish, install, build again, edit, roll back."""

import hashlib
import json
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import SPECS, Farm, make_farm, states_of

from repo_publish.dnf_client import DnfClient

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, seed_repository: Path, layer_cache: Path) -> Farm:
    return make_farm(tmp_path_factory.mktemp("main-job"), seed_repository, SPECS, layer_cache)


def client(farm: Farm, root: Path, workdir: Path, seed: Path, channels: tuple[str, ...] = ("base",)) -> DnfClient:
    made = DnfClient(root, workdir)
    for channel in channels:
        made.add_repository(f"farm-{channel}", farm.state / "repo" / channel / "x86_64", key=farm.key)
    made.add_repository("seed", seed)
    return made


def test_everything_is_built_twice_and_the_dishonest_one_is_found(farm: Farm) -> None:
    assert states_of(farm.build("-a", "-k", status=5)) == {
        "greet": "reproducible",
        "hello-farm": "reproducible",
        "leaflet": "reproducible",
        "clockwork": "unreproducible",
    }
    built = farm.built()
    assert sorted(built) == sorted((name, variation) for name in SPECS for variation in ("first", "second"))
    assert built.index(("greet", "second")) < built.index(("hello-farm", "first"))
    why = farm.run("why", "clockwork").stdout
    assert "cause: build-time" in why
    assert "/usr/share/clockwork/text" in why


def test_no_command_publishes_what_is_not_reproducible(farm: Farm) -> None:
    said = farm.run("repo", "publish")
    assert "kept out: clockwork x86_64: unreproducible" in said.stderr
    published = sorted(path.name for path in (farm.state / "repo" / "").rglob("*.rpm"))
    assert [name for name in published if name.startswith("clockwork")] == []
    assert "hello-farm-1-1.demo1.x86_64.rpm" in published
    assert "hello-farm-1-1.demo1.src.rpm" in published
    assert any(name.startswith("hello-farm-debuginfo") for name in published)
    farm.run("repo", "check")


def test_a_real_dnf5_installs_and_the_program_runs(
    farm: Farm, client_root: Path, seed_repository: Path, tmp_path: Path
) -> None:
    dnf = client(farm, client_root, tmp_path / "client", seed_repository)
    dnf.install(["hello-farm", "bash"], tmp_path / "root")
    assert dnf.run(tmp_path / "root", ["hello-farm"]).stdout == b"hello from the farm\n"


def test_nothing_changed_builds_and_publishes_nothing(farm: Farm) -> None:
    rows = farm.build("-a", "-k", status=5)
    unchanged = "nothing that reaches the output has changed"
    assert {row.why for row in rows.values() if row.component != "clockwork"} == {unchanged}
    assert rows["clockwork"].why.startswith(f"{unchanged}; build-time: clockwork-1-1")
    assert farm.built() == []
    before = (farm.state / "repo").readlink()
    farm.run("repo", "publish")
    assert (farm.state / "repo").readlink() == before


def test_rendered_specs_are_the_same_sources_so_nothing_is_built(farm: Farm) -> None:
    farm.run("component", "render", "-a")
    farm.project.build_from = "rendered-specs"
    farm.project.write()
    rows = farm.build("-a", "-k", status=5)
    assert farm.built() == []
    assert rows["leaflet"].why == "nothing that reaches the output has changed"
    (farm.project.root / "rendered" / "l" / "leaflet" / "leaflet.spec").unlink()
    (row,) = farm.build("-p", "leaflet", status=4).values()
    assert "has no rendered spec" in row.why
    farm.project.build_from = "overlays"
    farm.project.write()


def test_an_overlay_rebuilds_only_what_depends_on_it_and_equal_bytes_stop_the_wave(farm: Farm) -> None:
    farm.project.overlays["greet"] = (
        '[[components.greet.overlays]]\ntype = "spec-prepend-lines"\nsection = "%build"\n'
        'description = "say that the build begins"\nlines = ["echo a comment that reaches no package"]\n'
    )
    farm.project.write()
    plan = farm.run("plan", "-a").stdout
    assert "the spec changed" in plan
    rows = farm.build("-a", "-k", status=5)
    assert {name for name, _ in farm.built()} == {"greet"}
    assert rows["greet"].state == "reproducible"
    assert rows["hello-farm"].why == "nothing that reaches the output has changed"


def test_a_share_of_what_early_cutoff_saves_is_built_all_the_same(farm: Farm) -> None:
    farm.project.overlays["greet"] = (
        '[[components.greet.overlays]]\ntype = "spec-prepend-lines"\nsection = "%build"\n'
        'description = "say it in other words"\nlines = ["echo another comment that reaches no package"]\n'
    )
    farm.project.verification = "cutoff-share = 1\n"
    farm.project.write()
    said = farm.run("build", "-p", "hello-farm").stderr
    assert "early cutoff: 1 saved build built once more" in said
    assert "hello-farm.x86_64: identical" in said
    (row,) = json.loads(farm.run("-O", "json", "verify", "--recorded", "-p", "hello-farm").stdout)
    assert row["builds"] == ["first", "second", "third"]
    farm.project.verification = ""


def test_an_overlay_that_reaches_the_bytes_reaches_the_dependents_and_the_client(
    farm: Farm, client_root: Path, seed_repository: Path, tmp_path: Path
) -> None:
    farm.project.overlays["greet"] = (
        '[[components.greet.overlays]]\ntype = "spec-search-replace"\nregex = "hello from the farm"\n'
        'replacement = "hello from the farm, mended"\ndescription = "greet better"\n'
    )
    farm.project.write()
    farm.build("-a", "-k", status=5)
    assert {name for name, _ in farm.built()} == {"greet", "hello-farm"}
    farm.run("repo", "publish")
    dnf = client(farm, client_root, tmp_path / "client", seed_repository)
    dnf.install(["hello-farm", "bash"], tmp_path / "root")
    assert dnf.run(tmp_path / "root", ["hello-farm"]).stdout == b"hello from the farm, mended\n"


def test_rollback_lets_clients_see_the_last_state_again(farm: Farm) -> None:
    current = (farm.state / "repo").readlink()
    farm.run("-y", "repo", "rollback")
    assert (farm.state / "repo").readlink() != current
    farm.run("repo", "check")


def test_verify_builds_once_more_in_other_surroundings(farm: Farm) -> None:
    assert "identical" in farm.run("verify", "-p", "leaflet").stdout


def test_a_component_that_fails_leaves_its_last_good_build_published(farm: Farm) -> None:
    specs = {**farm.project.specs, "leaflet": noarch("leaflet", build="false")}
    farm.project.specs = specs
    farm.project.write()
    rows = farm.build("-a", "-k", status=4)
    assert rows["leaflet"].state == "failed"
    said = farm.run("repo", "publish")
    assert "kept out: leaflet x86_64: failed" in said.stderr
    assert "the last good build stays" in said.stderr
    assert (farm.state / "repo/base/x86_64/Packages/l/leaflet-1-1.demo1.noarch.rpm").exists()


def test_garbage_collection_keeps_all_that_is_published_or_judged(farm: Farm) -> None:
    farm.run("gc")
    farm.run("repo", "check")
    farm.build("-p", "greet")
    assert farm.built() == []


def test_a_source_file_without_a_hash_is_built_only_on_request_and_stands_in_the_run(
    farm: Farm, tmp_path: Path
) -> None:
    extra = tmp_path / "extra.bin"
    extra.write_bytes(b"nobody knows this")
    farm.project.overlays["greet"] = farm.project.overlays.get("greet", "") + (
        '[[components.greet.source-files]]\nfilename = "extra.bin"\n'
        f'origin = {{ type = "download", uri = "file://{extra}" }}\n'
    )
    farm.project.write()
    (row,) = farm.build("-p", "greet", status=4).values()
    assert "'extra.bin' has no hash" in row.why
    (row,) = farm.build("-p", "greet", "--allow-no-hashes").values()
    assert row.state == "reproducible"
    (learned,) = (event for event in farm.events() if event["event"] == "source-learned")
    assert learned["hash"] == hashlib.sha512(extra.read_bytes()).hexdigest()
