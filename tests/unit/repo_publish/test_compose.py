from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from builders.builds import built_rpm, digest
from hypothesis import given
from hypothesis import strategies as st

from farm.build import BuiltRpm
from farm.nevra import Nevra
from farm.project.channels import PackageKind
from farm.project.farm_settings import Waiver
from farm.source_package import SourceRpm
from farm.states import NodeState
from farm.verdict import RpmDifference, Verdict, VerdictStatus
from repo_publish.choice import Built, Candidate
from repo_publish.compose import compose
from repo_publish.composition import Compose
from repo_publish.gate import RefusalReason
from repo_publish.layout import ChannelNameError, RepositoryKey, RepositoryKind
from repo_publish.placing import ComposeConflictError

TODAY = date(2026, 6, 1)
DIFFERS = RpmDifference(filename="x.rpm", first=digest("one"), second=digest("other"))
WAIVER = Waiver(component="curl", arch="", reason="known clock", until=TODAY)


def base(component: str, package: str, kind: PackageKind) -> str | None:
    del component, package, kind
    return "base"


def built(
    *rpms: BuiltRpm,
    component: str = "curl",
    arch: str = "x86_64",
    status: VerdictStatus = VerdictStatus.REPRODUCIBLE,
    source: str = "",
) -> Built:
    name = source or f"{component}-8.9.1-1.src"
    verdict = Verdict(
        build_id=digest(f"build {component} {arch} {status} {rpms} {source}"),
        component=component,
        arch=arch,
        status=status,
        rpms=rpms,
        builds=("first", "second"),
        differences=() if status is VerdictStatus.REPRODUCIBLE else (DIFFERS,),
        causes=(),
        report=None,
        html_report=None,
    )
    return Built(
        verdict=verdict,
        source=SourceRpm(component=component, nevra=Nevra.parse(name), digest=digest(f"source {name}"), size=1),
    )


def candidate(newest: Built | None, *earlier: Built, component: str = "curl", arch: str = "x86_64") -> Candidate:
    state = NodeState(newest.verdict.status.value) if newest is not None else NodeState.FAILED
    return Candidate(component=component, arch=arch, state=state, why="", newest=newest, earlier=earlier)


def content(composed: Compose) -> dict[str, list[str]]:
    return {each.key.path: [package.nevra.filename for package in each.packages] for each in composed.repositories}


def run(*candidates: Candidate, waivers: Sequence[Waiver] = ()) -> Compose:
    return compose(candidates, channel_of=base, waivers=waivers, today=TODAY)


CURL = built_rpm("curl-8.9.1-1.x86_64")


def test_places_binaries_debuginfo_and_source() -> None:
    composed = run(
        candidate(built(CURL, built_rpm("curl-debuginfo-8.9.1-1.x86_64"), built_rpm("curl-doc-8.9.1-1.noarch")))
    )
    assert content(composed) == {
        "base/x86_64": ["curl-8.9.1-1.x86_64.rpm", "curl-doc-8.9.1-1.noarch.rpm"],
        "base/debuginfo/x86_64": ["curl-debuginfo-8.9.1-1.x86_64.rpm"],
        "base/source": ["curl-8.9.1-1.src.rpm"],
    }
    assert composed.refused == ()


def test_debuginfo_with_a_channel_of_its_own_is_a_repository_of_its_own() -> None:
    def channels(component: str, package: str, kind: PackageKind) -> str | None:
        del component, package
        return {"rpm": "base", "debuginfo": "base-debug", "srpm": "base-sources"}[kind]

    one = candidate(built(CURL, built_rpm("curl-debuginfo-8.9.1-1.x86_64")))
    composed = compose([one], channel_of=channels, waivers=(), today=TODAY)
    assert list(content(composed)) == ["base/x86_64", "base-debug/x86_64", "base-sources"]


def test_channel_that_means_two_things_is_refused() -> None:
    def channels(component: str, package: str, kind: PackageKind) -> str | None:
        del package
        return {"rpm": "debug" if component == "zlib" else "base", "debuginfo": "debug", "srpm": "base"}[kind]

    zlib = candidate(built(built_rpm("zlib-1-1.x86_64"), component="zlib"), component="zlib")
    curl = candidate(built(CURL, built_rpm("curl-debuginfo-8.9.1-1.x86_64")))
    with pytest.raises(ComposeConflictError, match="directory debug/x86_64"):
        compose([curl, zlib], channel_of=channels, waivers=(), today=TODAY)


@pytest.mark.parametrize(
    ("status", "waivers", "reason"),
    [
        (VerdictStatus.UNREPRODUCIBLE, [], RefusalReason.UNREPRODUCIBLE),
        (VerdictStatus.FAILED, [], RefusalReason.FAILED),
        (VerdictStatus.FAILED, [WAIVER], RefusalReason.FAILED),
        (VerdictStatus.UNREPRODUCIBLE, [replace(WAIVER, until=date(2026, 5, 31))], RefusalReason.WAIVER_EXPIRED),
        (VerdictStatus.UNREPRODUCIBLE, [replace(WAIVER, arch="aarch64")], RefusalReason.UNREPRODUCIBLE),
        (VerdictStatus.UNREPRODUCIBLE, [replace(WAIVER, component="other")], RefusalReason.UNREPRODUCIBLE),
    ],
)
def test_keeps_out_what_did_not_pass(status: VerdictStatus, waivers: list[Waiver], reason: RefusalReason) -> None:
    composed = run(candidate(built(CURL, status=status)), waivers=waivers)
    assert content(composed) == {}
    assert [(each.reason, each.kept) for each in composed.refused] == [(reason, False)]


def test_waiver_lets_the_first_builds_rpms_through_until_its_last_day() -> None:
    composed = run(candidate(built(CURL, status=VerdictStatus.UNREPRODUCIBLE)), waivers=[WAIVER])
    packages = [package for each in composed.repositories for package in each.packages]
    assert {package.waived for package in packages} == {"known clock"}
    assert CURL.digest in {package.digest for package in packages}


def test_last_good_build_stays_when_the_newest_is_refused() -> None:
    good = built(CURL)
    newer = built(built_rpm("curl-9-1.x86_64"), status=VerdictStatus.UNREPRODUCIBLE)
    for newest in (newer, None):
        composed = run(candidate(newest, good))
        assert content(composed)["base/x86_64"] == ["curl-8.9.1-1.x86_64.rpm"]
        assert [each.kept for each in composed.refused] == [True]


def test_verdict_that_contradicts_itself_opens_nothing() -> None:
    good = built(CURL)
    for verdict in (
        replace(good.verdict, builds=("first",)),
        replace(good.verdict, builds=("first", "first")),
        replace(good.verdict, differences=(DIFFERS,)),
        replace(good.verdict, component="other"),
        replace(good.verdict, arch="aarch64"),
    ):
        assert content(run(candidate(replace(good, verdict=verdict)))) == {}


def test_nothing_is_published_without_its_source() -> None:
    composed = run(candidate(replace(built(CURL), source=None)))
    assert content(composed) == {}
    assert composed.refused[0].reason is RefusalReason.NO_SOURCE


def test_noarch_must_be_the_same_on_every_architecture() -> None:
    same = built_rpm("curl-doc-8.9.1-1.noarch")
    pair = [candidate(built(same)), candidate(built(same, arch="aarch64"), arch="aarch64")]
    assert sorted(content(run(*pair))) == ["base/aarch64", "base/source", "base/x86_64"]
    other = built_rpm("curl-doc-8.9.1-1.noarch", content="other")
    composed = run(pair[0], candidate(built(other, arch="aarch64"), arch="aarch64"))
    assert content(composed) == {}
    assert [each.reason for each in composed.refused] == [RefusalReason.NOARCH_DIFFERS] * 2


def test_two_components_cannot_make_one_package() -> None:
    thief = candidate(built(built_rpm("curl-8.9.1-1.x86_64", content="other"), component="thief"), component="thief")
    with pytest.raises(ComposeConflictError, match="curl-8"):
        run(candidate(built(CURL)), thief)


def test_epochs_do_not_tell_files_apart() -> None:
    newer = built_rpm("curl-1:8.9.1-1.x86_64")
    with pytest.raises(ComposeConflictError):
        run(candidate(built(CURL, newer)))


def test_source_that_differs_between_architectures_is_reported() -> None:
    other = built(built_rpm("curl-8.9.1-1.aarch64"), arch="aarch64")
    assert other.source is not None
    other = replace(other, source=replace(other.source, digest=digest("other source")))
    composed = run(candidate(built(CURL)), candidate(other, arch="aarch64"))
    assert len(content(composed)["base/source"]) == 1
    assert [each.reason for each in composed.refused] == [RefusalReason.SOURCE_DIFFERS]


def test_package_without_a_channel_is_not_published_and_neither_is_its_source() -> None:
    composed = compose([candidate(built(CURL))], channel_of=lambda *_: None, waivers=(), today=TODAY)
    assert content(composed) == {}
    assert [each.reason for each in composed.refused] == [RefusalReason.NO_CHANNEL]


@pytest.mark.parametrize("channel", ["../etc", "a/b", "", ".", "a b", "-x", "x" * 200])
def test_channel_that_would_leave_the_tree_is_refused(channel: str) -> None:
    with pytest.raises(ChannelNameError):
        compose([candidate(built(CURL))], channel_of=lambda *_: channel, waivers=(), today=TODAY)


@pytest.mark.parametrize("name", ["../curl", "-curl", ".curl", "cu rl", "curl\n", "cürl", "x" * 300])
def test_name_that_would_leave_the_tree_is_refused(name: str) -> None:
    rpm = replace(CURL, nevra=replace(CURL.nevra, name=name))
    composed = run(candidate(built(rpm)))
    assert content(composed) == {}
    assert composed.refused[0].reason is RefusalReason.BAD_NAME


def test_package_of_a_foreign_architecture_is_refused() -> None:
    assert content(run(candidate(built(built_rpm("curl-8.9.1-1.aarch64"))))) == {}


def test_repository_paths() -> None:
    for kind, arch, path in (
        (RepositoryKind.BINARY, "x86_64", "c/x86_64"),
        (RepositoryKind.DEBUGINFO, "x86_64", "c/debuginfo/x86_64"),
        (RepositoryKind.SOURCE, "", "c/source"),
    ):
        assert RepositoryKey(channel="c", kind=kind, arch=arch).path == path


COMPONENTS = st.sampled_from(["curl", "zlib", "bash"])
ARCHES = st.sampled_from(["x86_64", "aarch64"])


@st.composite
def builds(draw: st.DrawFn, component: str, arch: str) -> Built:
    names = draw(st.lists(st.sampled_from([component, f"{component}-devel", f"{component}-debuginfo"]), unique=True))
    version = draw(st.sampled_from("123"))
    rpms = [
        built_rpm(f"{name}-{version}-1.{draw(st.sampled_from([arch, 'noarch']))}", content=draw(st.sampled_from("ab")))
        for name in names
    ]
    whole = built(*rpms, component=component, arch=arch, status=draw(st.sampled_from(VerdictStatus)))
    verdict = replace(
        whole.verdict,
        builds=draw(st.sampled_from([("first", "second"), ("first",), ()])),
        differences=draw(st.sampled_from([(), (DIFFERS,)])),
        component=draw(st.sampled_from([component] * 4 + ["other"])),
    )
    return replace(whole, verdict=verdict, source=draw(st.sampled_from([whole.source, whole.source, None])))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Candidate], list[Waiver]]:
    places = draw(st.lists(st.tuples(COMPONENTS, ARCHES), unique=True))
    candidates = []
    for component, arch in places:
        newest = draw(st.none() | builds(component, arch))
        earlier = draw(st.lists(builds(component, arch), max_size=2))
        candidates.append(candidate(newest, *earlier, component=component, arch=arch))
    waivers = draw(
        st.lists(
            st.builds(
                Waiver,
                component=COMPONENTS,
                arch=st.sampled_from(["", "x86_64", "aarch64"]),
                reason=st.just("known"),
                until=st.dates(date(2026, 5, 30), date(2026, 6, 3)),
            )
        )
    )
    return candidates, waivers


@given(worlds())
def test_nothing_is_composed_without_a_passing_verdict_or_a_waiver(world: tuple[list[Candidate], list[Waiver]]) -> None:
    candidates, waivers = world
    composed = compose(candidates, channel_of=base, waivers=waivers, today=TODAY)
    allowed = set()
    for each in candidates:
        for one in (each.newest, *each.earlier):
            if one is None or one.source is None or one.verdict.component != each.component:
                continue
            verdict = one.verdict
            passes = (
                verdict.status is VerdictStatus.REPRODUCIBLE and not verdict.differences and len(verdict.builds) == 2
            )
            waived = verdict.status is VerdictStatus.UNREPRODUCIBLE and any(
                waiver.component == each.component and waiver.arch in ("", each.arch) and waiver.until >= TODAY
                for waiver in waivers
            )
            if passes or waived:
                allowed |= {(verdict.build_id, rpm.digest) for rpm in verdict.rpms}
                allowed.add((verdict.build_id, one.source.digest))
    published = {(package.build_id, package.digest) for each in composed.repositories for package in each.packages}
    assert published <= allowed
    for repository in composed.repositories:
        names = [package.nevra.filename for package in repository.packages]
        assert len(names) == len(set(names))
    assert compose(candidates[::-1], channel_of=base, waivers=waivers, today=TODAY) == composed
