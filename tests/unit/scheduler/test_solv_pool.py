from dataclasses import replace

import hypothesis.strategies as st
import pytest
from builders.package_metadata import Package, package, repository
from hypothesis import given, settings

from scheduler.metadata_file import MetadataFile, MetadataInvalidError
from scheduler.repository import PackageRepository
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import NoSolution, SolvPool


def solved(repositories: list[PackageRepository], *wanted: str, arch: str = "x86_64") -> list[str]:
    found = SolvPool(repositories, arch).solve(map(parse_requirement, wanted))
    assert not isinstance(found, NoSolution), found
    return sorted(f"{it.package.nevra} {it.repository}" for it in found)


def problem(repositories: list[PackageRepository], *wanted: str) -> NoSolution:
    found = SolvPool(repositories, "x86_64").solve(map(parse_requirement, wanted))
    assert isinstance(found, NoSolution)
    return found


def test_requirements_are_followed() -> None:
    seed = repository(package("gcc", requires=["binutils >= 2", "libc.so.6"]), package("binutils", version="2.44-1"))
    libc = repository(package("glibc", provides=["libc.so.6"]), name="more")

    assert solved([seed, libc], "gcc") == [
        "binutils-2.44-1.x86_64 seed",
        "gcc-1-1.x86_64 seed",
        "glibc-1-1.x86_64 more",
    ]


def test_weak_dependencies_are_not_installed() -> None:
    assert solved([repository(package("a", recommends=["b"]), package("b"))], "a") == ["a-1-1.x86_64 seed"]


def test_a_preferred_repository_hides_newer_packages_of_the_same_name() -> None:
    seed = repository(package("zlib", version="1.3-9"), package("zlib", version="1.4-1"))
    stage = repository(package("zlib", version="1.2-1"), name="stage", priority=0)

    assert solved([seed, stage], "zlib") == ["zlib-1.2-1.x86_64 stage"]
    assert problem([seed, stage], "zlib >= 1.3").findings[0].missing == "zlib >= 1.3"


def test_packages_of_another_architecture_hide_nothing_and_are_never_chosen() -> None:
    seed = repository(package("zlib", version="1.3-9"))
    stage = repository(package("zlib", arch="aarch64"), package("old", arch="i686"), name="stage", priority=0)

    assert solved([seed, stage], "zlib") == ["zlib-1.3-9.x86_64 seed"]
    assert problem([seed, stage], "old").findings[0].missing == "old"
    assert solved([seed, stage], "zlib", arch="aarch64") == ["zlib-1-1.aarch64 stage"]


def test_a_preferred_repository_wins_as_provider_under_another_name() -> None:
    seed = repository(package("a-zlib", version="9-1", provides=["zlib-devel = 9"]))
    stage = repository(package("zlib-ng", provides=["zlib-devel = 1"]), name="stage", priority=0)

    assert solved([seed, stage], "zlib-devel") == ["zlib-ng-1-1.x86_64 stage"]
    assert solved([seed, stage], "zlib-devel >= 5") == ["a-zlib-9-1.x86_64 seed"]


def test_among_equal_providers_the_first_name_is_taken_whatever_else_there_is() -> None:
    providers = [package(name, provides=["awk"]) for name in ("original-awk", "mawk", "gawk")]
    others = [package("zz", requires=["original-awk"]), package("aa", requires=["mawk"])]

    assert solved([repository(*providers)], "awk") == ["gawk-1-1.x86_64 seed"]
    assert solved([repository(*others, *providers)], "awk") == ["gawk-1-1.x86_64 seed"]


def test_a_package_of_the_wanted_name_comes_before_others_that_provide_it() -> None:
    seed = repository(package("make", version="4-1"), package("bmake", provides=["make = 9"]))

    assert solved([seed], "make") == ["make-4-1.x86_64 seed"]
    assert solved([seed], "(nope or make)") == ["make-4-1.x86_64 seed"]
    assert solved([seed], "make >= 5") == ["bmake-1-1.x86_64 seed"]


def test_what_is_preferred_is_taken_where_there_is_a_choice() -> None:
    pool = SolvPool([repository(package("gawk", provides=["awk"]), package("mawk", provides=["awk"]))], "x86_64")
    mawk = pool.providers(parse_requirement("mawk"))

    assert pool.solve([parse_requirement("awk")], prefer=mawk) == frozenset(mawk)


def test_epochs_count() -> None:
    seed = repository(package("passwd", version="1:1-1"), package("passwd", version="9-1"))

    assert solved([seed], "passwd") == ["passwd-1:1-1.x86_64 seed"]
    assert solved([seed], "passwd < 1:0") == ["passwd-9-1.x86_64 seed"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["(nope or b)"], ["b"]),
        (["(a and b)"], ["a", "b"]),
        (["(a if b)"], []),
        (["b", "(a if b)"], ["a", "b"]),
        (["(a if nope else b)"], ["b"]),
        (["pkgconfig(b) >= 1.2"], ["b"]),
        (["/usr/bin/tool"], ["a"]),
        (["(/usr/bin/tool or nope)"], ["a"]),
        (["/usr/lib/b/deep"], ["b"]),
    ],
)
def test_kinds_of_requirements(wanted: list[str], expected: list[str]) -> None:
    seed = repository(
        package("a", files=["/usr/bin/tool"]),
        package("b", provides=["pkgconfig(b) = 1.2"], listed_files=["/usr/lib/b/deep"]),
    )

    assert [it.partition("-")[0] for it in solved([seed], *wanted)] == expected


def test_paths_that_packages_require_are_found_in_the_complete_file_list() -> None:
    seed = repository(package("a", requires=["/usr/lib/b/deep"]), package("b", listed_files=["/usr/lib/b/deep"]))

    assert len(solved([seed], "a")) == 2


def test_missing_requirements_name_who_requires_them() -> None:
    seed = repository(package("a", requires=["gone >= 2"]), package("b", requires=["a"]))

    findings = problem([seed], "b", "never").findings

    assert {(it.missing, it.package) for it in findings if it.missing} == {("gone >= 2", "a-1-1.x86_64"), ("never", "")}


def test_conflicts_are_told_in_words() -> None:
    seed = repository(package("a", conflicts=["b"]), package("b"))

    findings = problem([seed], "a", "b").findings

    assert not any(it.missing for it in findings)
    assert any("conflicts with b" in it.text for it in findings)


def test_provides_include_hidden_packages() -> None:
    seed = repository(package("zlib", version="2-1"))
    stage = repository(package("zlib"), name="stage", priority=0)
    pool = SolvPool([seed, stage], "x86_64")

    assert [(text, pool.hidden(candidate)) for text, candidate in sorted(pool.provides())] == [
        ("zlib = 1-1", False),
        ("zlib = 2-1", True),
    ]


@pytest.mark.parametrize(
    "primary",
    [b"", b"not XML", b"<metadata><package></metadata>", b"<metadata/>", b"<!DOCTYPE x><metadata/>"],
)
def test_bytes_that_do_not_fit_the_packages_are_refused(primary: bytes) -> None:
    with pytest.raises(MetadataInvalidError, match="primary metadata of seed"):
        SolvPool([replace(repository(package("a")), primary=primary)], "x86_64")


def test_broken_filelists_are_refused_when_they_are_needed() -> None:
    broken = MetadataFile(name="filelists.xml", data=b"<filelists><package")
    pool = SolvPool([replace(repository(package("a")), filelists=broken)], "x86_64")

    with pytest.raises(MetadataInvalidError, match=r"filelists\.xml cannot be parsed"):
        pool.solve([parse_requirement("/usr/lib/deep")])


def test_metadata_that_says_something_else_than_the_value_is_refused() -> None:
    one, other = repository(package("a")), repository(package("b"))

    with pytest.raises(MetadataInvalidError, match=r"takes b-1-1\.x86_64 for a-1-1\.x86_64"):
        SolvPool([replace(one, packages=other.packages)], "x86_64")


NAMES = [f"p{number}" for number in range(8)]
PACKAGES = st.lists(
    st.builds(
        lambda name, version, provides, requires: package(
            name, version=f"{version}-1", provides=provides, requires=requires
        ),
        st.sampled_from(NAMES),
        st.integers(1, 3),
        st.lists(st.sampled_from(["v", "w = 1", "w = 2", "u"]), max_size=2, unique=True),
        st.lists(st.sampled_from([*NAMES, "v", "w >= 2", "(u or v)", "/usr/bin/p1"]), max_size=3, unique=True),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda it: it.nevra,
)


@settings(max_examples=60)
@given(PACKAGES, PACKAGES, st.lists(st.sampled_from([*NAMES, "u", "v", "w"]), min_size=1, max_size=3))
def test_a_repository_that_was_kept_in_binary_form_is_solved_as_one_that_is_read_anew(
    seed: list[Package], stage: list[Package], wanted: list[str]
) -> None:
    def answers() -> list[object]:
        pool = SolvPool([repository(*seed), repository(*stage, name="stage", priority=0)], "x86_64")
        dependencies = [parse_requirement(it) for it in wanted]
        return [pool.solve(dependencies), *map(pool.providers, dependencies), set(pool.provides())]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scheduler.solv_pool._has_files", lambda _repository: False)
        anew = answers()
        patch.setattr("scheduler.solv_pool._has_files", lambda _repository: True)
        assert answers() == anew
        assert answers() == anew
