import random

import hypothesis.strategies as st
import pytest
from builders.builds import built_rpm
from builders.package_metadata import package, repository
from builders.rpm_facts import facts_of
from hypothesis import given, settings

from farm.buildroot_lock import BuildrootLock
from scheduler.repository import stage_repository
from scheduler.requirement_text import RequirementError
from scheduler.solver import seed_provides, solve_buildroot
from scheduler.unsolvable import BuildrootConflictError, MissingProviderError

SEED = repository(
    package("bash", requires=["libc"]),
    package("glibc", provides=["libc"]),
    package("gcc", requires=["binutils"]),
    package("binutils", requires=["libc"]),
    package("make"),
    package("cmake", requires=["make"]),
    package("zlib-devel", provides=["pkgconfig(zlib) = 1.3"]),
    package("bash-lite", conflicts=["bash"]),
)


def solve(*requires: str, base: tuple[str, ...] = ("bash",), layers: tuple[tuple[str, ...], ...] = ()) -> BuildrootLock:
    return solve_buildroot([SEED], arch="x86_64", base=base, layers=layers, requires=requires)


def names(lock: BuildrootLock) -> list[list[str]]:
    return [[package.nevra.name for package in layer] for layer in lock.layers]


def test_the_base_group_is_the_bottom_layer_and_the_rest_is_on_top() -> None:
    lock = solve("pkgconfig(zlib) >= 1.2")

    assert names(lock) == [["bash", "glibc"], ["zlib-devel"]]
    assert {package.repository for package in lock.packages} == {"seed"}


def test_nothing_required_is_the_base_group_alone() -> None:
    assert names(solve()) == [["bash", "glibc"]]


def test_layers_are_used_where_all_of_them_is_wanted() -> None:
    layers = (("gcc",), ("gcc", "make"), ("cmake",))

    assert names(solve("gcc", "zlib-devel", layers=layers)) == [["bash", "glibc"], ["binutils", "gcc"], ["zlib-devel"]]
    assert names(solve("gcc", "make", layers=layers)) == [["bash", "glibc"], ["binutils", "gcc"], ["make"]]
    assert names(solve("cmake", layers=layers)) == [["bash", "glibc"], ["cmake", "make"]]


def test_the_cut_into_layers_does_not_reach_the_identity() -> None:
    assert solve("gcc", "make").id == solve("gcc", "make", layers=(("gcc",),)).id


def test_a_layer_that_cannot_be_installed_with_the_base_group_is_left_out() -> None:
    assert names(solve("make", layers=(("bash-lite",),))) == [["bash", "glibc"], ["make"]]


def test_a_layer_that_names_nothing_is_a_mistake_to_report() -> None:
    with pytest.raises(MissingProviderError, match="gccc, required by toolchain layer 1"):
        solve("make", layers=(("gccc",),))


def test_requirements_on_rpm_itself_are_met_by_rpm() -> None:
    assert solve("rpmlib(DynamicBuildRequires) <= 4.15.0-1") == solve()


def test_a_choice_follows_the_base_group() -> None:
    seed = repository(package("gawk", provides=["awk"]), package("mawk", provides=["awk"]))

    lock = solve_buildroot([seed], arch="x86_64", base=["mawk"], requires=["awk"])

    assert names(lock) == [["mawk"]]


def test_a_missing_provider_says_who_wants_it_and_what_is_like_it() -> None:
    with pytest.raises(MissingProviderError, match="nothing provides zlb-devel, required by hello") as caught:
        solve_buildroot([SEED], arch="x86_64", base=["bash"], requires=["zlb-devel"], wanted_by="hello")
    assert "zlib-devel" in caught.value.why
    assert caught.value.exit_status == 6


def test_a_conflict_is_another_error_in_libsolvs_words() -> None:
    with pytest.raises(BuildrootConflictError, match="the buildroot of hello") as caught:
        solve_buildroot([SEED], arch="x86_64", base=["bash"], requires=["bash-lite"], wanted_by="hello")
    assert "conflicts with bash" in caught.value.why


def test_a_text_that_is_no_dependency_is_refused() -> None:
    with pytest.raises(RequirementError):
        solve("(a or")


def test_the_seed_tells_what_it_provides() -> None:
    provides = seed_provides(lambda _arch: [SEED])

    assert provides("pkgconfig(zlib) >= 1.2", "x86_64") == "zlib-devel"
    assert provides("pkgconfig(zlib) >= 2", "x86_64") == ""
    assert provides("make", "aarch64") == ""


def test_the_seed_of_one_architecture_says_nothing_of_another() -> None:
    noarch = stage_repository("seed", [facts_of(built_rpm("fonts-1-1.noarch"))])
    provides = seed_provides(lambda arch: [noarch] if arch == "x86_64" else [])
    assert provides("fonts", "x86_64") == "fonts"
    assert provides("fonts", "aarch64") == ""


NAMES = [f"p{number}" for number in range(12)]
PACKAGES = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(1, 3),
        st.lists(st.sampled_from(["x", "y", "z"]), max_size=2, unique=True),
        st.lists(st.sampled_from([*NAMES, "x", "y", "z"]), max_size=2, unique=True),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda it: it[:2],
)


@settings(max_examples=60)
@given(
    PACKAGES, st.lists(st.sampled_from([*NAMES, "x", "y", "(x or z)"]), max_size=4), st.randoms(use_true_random=False)
)
def test_the_order_of_nothing_reaches_the_result(
    drawn: list[tuple[str, int, list[str], list[str], bool]], wanted: list[str], order: random.Random
) -> None:
    made = [
        (package(name, version=f"{version}-1", provides=provides, requires=requires), staged)
        for name, version, provides, requires, staged in drawn
    ]

    def solved() -> object:
        seed = repository(*(it for it, staged in made if not staged))
        stage = repository(*(it for it, staged in made if staged), name="stage", priority=0)
        repositories = [seed, stage]
        order.shuffle(repositories)
        try:
            return solve_buildroot(repositories, arch="x86_64", base=wanted[:1], requires=wanted[1:])
        except (MissingProviderError, BuildrootConflictError) as error:
            return (error.what, error.why)

    before = solved()
    order.shuffle(made)
    wanted[1:] = order.sample(wanted[1:], len(wanted[1:]))
    assert solved() == before
