"""What a maintainer sees when something is wrong: the cause, the exit status, and everything else goes on."""

from pathlib import Path

import pytest
from builders.demo_project import CHANGELOG, c_library, noarch
from builders.farm_command import Farm, make_farm, states_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

BROKEN_C = noarch("broken-c", build="printf 'int main(void) { return missing; }' > x.c; gcc x.c", requires="gcc")
FAILING_CHECK = noarch("failing-check").replace("%install", "%check\necho 'FAIL: test_sums'; exit 1\n\n%install")

SPECS = {
    "broken-c": BROKEN_C,
    "failing-check": FAILING_CHECK,
    "hanging": noarch("hanging", build="sleep 600"),
    "leaflet": noarch("leaflet"),
    "needs-nothing-has": noarch("needs-nothing-has", requires="gcc-d"),
    "needs-too-much": noarch("needs-too-much", requires="make > 1000"),
    "no-spec": f"Name: no-spec\nVersion: 1\n%if 1\nRelease: 1\n{CHANGELOG}",
}


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, seed_repository: Path, layer_cache: Path) -> Farm:
    return make_farm(
        tmp_path_factory.mktemp("failures"),
        seed_repository,
        SPECS,
        layer_cache,
        limits='seconds = 6\nmemory = "1G"\ndisk = "512M"\nprocesses = 128\n',
    )


def test_each_failure_is_named_and_the_rest_is_built(farm: Farm) -> None:
    done = farm.run("-O", "json", "build", "-a", "-k", status=4)
    rows = {row.component: row for row in farm.rows(done.stdout)}
    assert states_of(rows) == {
        "broken-c": "failed",
        "failing-check": "failed",
        "hanging": "timed-out",
        "leaflet": "reproducible",
        "needs-nothing-has": "unresolvable",
        "needs-too-much": "unresolvable",
        "no-spec": "failed",
    }
    said = done.stderr
    assert "undeclared" in said
    assert "FAIL: test_sums" in said
    assert "gcc-d" in said
    assert "who might provide it" in said or "gcc" in rows["needs-nothing-has"].why
    assert "no-spec.spec" in said


def test_the_cause_and_the_log_are_there_afterwards(farm: Farm) -> None:
    assert "undeclared" in farm.run("why", "broken-c").stdout
    assert "undeclared" in farm.run("logs", "-p", "broken-c").stdout
    assert "test" in farm.run("-O", "json", "logs", "-p", "failing-check", "--cause").stdout


@pytest.mark.parametrize(
    ("component", "status"),
    [("needs-nothing-has", 6), ("no-spec", 4)],
)
def test_the_exit_status_says_what_kind_of_failure_it_is(farm: Farm, component: str, status: int) -> None:
    farm.run("build", "-p", component, status=status)


def test_without_keep_going_the_first_failure_ends_the_run(farm: Farm) -> None:
    rows = farm.build("-p", "needs-*", status=6)
    assert sorted(states_of(rows).values()) == ["cancelled", "unresolvable"]


def test_an_edited_rpm_in_the_store_is_refused_and_healed(
    tmp_path: Path, seed_repository: Path, layer_cache: Path
) -> None:
    library, user = c_library("greet"), noarch("reader", requires="greet-devel")
    farm = make_farm(tmp_path, seed_repository, {"greet": library, "reader": user}, layer_cache)
    farm.build("-p", "greet")
    blobs = sorted((farm.state / "store/blobs").rglob("*"))
    edited = [blob for blob in blobs if blob.is_file() and b"greet-devel" in blob.read_bytes()[:200]]
    assert edited
    for blob in edited:
        blob.chmod(0o644)
        blob.write_bytes(blob.read_bytes()[:-10] + b"0123456789")
    rows = farm.build("-p", "reader", status=8)
    assert rows["reader"].state == "infra-error"
    farm.run("repo", "publish", status=8)
    assert not (farm.state / "repo").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("build",), 2),
        (("build", "-p", "absent"), 2),
        (("why", "absent"), 2),
        (("logs", "-p", "absent"), 2),
        (("watch", "no-such-run"), 2),
        (("build", "-a", "--arch", "vax"), 2),
    ],
)
def test_bad_usage_is_said_in_words(farm: Farm, arguments: tuple[str, ...], status: int) -> None:
    done = farm.run(*arguments, status=status)
    assert "hint" in done.stderr.lower() or "usage" in done.stderr.lower()
