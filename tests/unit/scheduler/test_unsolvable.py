from builders.package_metadata import package, repository

from farm.errors import UnresolvableError
from scheduler.repository import PackageRepository
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import NoSolution, SolvPool
from scheduler.unsolvable import explain, similar

SEED = repository(
    package("zlib1g-dev", provides=["zlib-devel = 1.3", "pkgconfig(zlib) = 1.3"]),
    package("python3-setuptools", provides=["python3dist(setuptools) = 78"]),
    package("cmake", version="3.31-2"),
)


def error(repositories: list[PackageRepository], *wanted: str) -> UnresolvableError:
    pool = SolvPool(repositories, "x86_64")
    found = pool.solve(map(parse_requirement, wanted))
    assert isinstance(found, NoSolution)
    return explain(found, pool, "hello")


def likes(name: str) -> list[str]:
    return similar(name, SolvPool([SEED], "x86_64").provides())


def test_names_are_compared_without_their_namespace_and_affixes() -> None:
    assert likes("pkgconfig(zlb)") == ["pkgconfig(zlib) (zlib1g-dev)", "zlib-devel (zlib1g-dev)"]
    assert likes("python3dist(setuptolls)") == ["python3dist(setuptools) (python3-setuptools)", "python3-setuptools"]
    assert likes("/usr/bin/cmakee") == ["cmake"]
    assert likes("quite-different") == []


def test_every_missing_requirement_has_its_line() -> None:
    found = error([SEED], "zlb-devel", "cmake >= 4", "quite-different")

    assert found.what == "nothing provides cmake >= 4, required by hello (and 2 more)"
    assert found.why.splitlines() == [
        "cmake >= 4 is required by hello; there is cmake = 3.31-2 of cmake-3.31-2.x86_64 in seed, of another version",
        "quite-different is required by hello; nothing has a similar name",
        "zlb-devel is required by hello; similar: zlib-devel (zlib1g-dev), pkgconfig(zlib) (zlib1g-dev)",
    ]


def test_a_hidden_provider_is_told() -> None:
    stage = repository(package("cmake", version="3.1-1"), name="stage", priority=0)

    why = error([SEED, stage], "cmake >= 3.30").why

    assert "cmake = 3.31-2 of cmake-3.31-2.x86_64 in seed, hidden by a package of that name" in why
    assert "cmake = 3.1-1 of cmake-3.1-1.x86_64 in stage, of another version" in why


def test_a_package_in_the_middle_is_named() -> None:
    seed = repository(package("a", requires=["b"]), package("b", requires=["libgone.so.1"]))

    assert error([seed], "a").what == "nothing provides libgone.so.1, required by b-1-1.x86_64"


def test_many_missing_requirements_are_summed_up() -> None:
    why = error([SEED], *(f"nothing-{number}" for number in range(9))).why

    assert len(why.splitlines()) == 7
    assert why.endswith("... and 3 more")
