from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from builders.builds import built_rpm, digest
from builders.rpm_facts import facts_of

from farm.built_facts import save_facts
from farm.nevra import Nevra
from farm.node_inputs import NodeInputs
from farm.project.farm_settings import FarmSettings
from farm.source_package import RenderedSource, SourceRpm, SpecFacts
from farm.store.directory_store import DirectoryStore
from scheduler.node import Node
from scheduler.preparation import Prepared
from scheduler.repository import PackageRepository, stage_repository
from scheduler.resolution import EndlessRequiresError, MoreRequires, Resolver
from scheduler.unsolvable import MissingProviderError

NODE = Node("app", "x86_64")


def prepared(*requires: str, dynamic: bool = False) -> Prepared:
    nevra = Nevra.parse("app-1-1.src")
    facts = SpecFacts(arch="x86_64", source=nevra, build_requires=requires, dynamic=dynamic, packages=(), excluded="")
    return Prepared(
        source=RenderedSource(component="app", files=(), epoch=0),
        source_rpm=SourceRpm(component="app", nevra=nevra, digest=digest("app.src"), size=1),
        facts={"x86_64": facts},
    )


def seed(*names: str) -> PackageRepository:
    made = stage_repository("seed", [facts_of(built_rpm(f"{name}-1-1.x86_64", content="seed")) for name in names])
    return PackageRepository(
        name="seed", priority=99, packages=made.packages, primary=made.primary, filelists=made.filelists
    )


def resolver(
    tmp_path: Path, repository: PackageRepository, generate: Callable[[], Sequence[str]] = lambda: ()
) -> Resolver:
    return Resolver(
        settings=FarmSettings(base=("bash",)),
        store=DirectoryStore(tmp_path / "store"),
        repositories=lambda _arch: [repository],
        generate=lambda _prepared, _lock: tuple(generate()),
    )


def locked(found: NodeInputs | MoreRequires | None) -> list[str]:
    assert isinstance(found, NodeInputs)
    return [f"{package.repository}:{package.nevra.name}" for package in found.lock.packages]


def test_the_buildroot_is_the_base_group_and_what_is_required(tmp_path: Path) -> None:
    find = resolver(tmp_path, seed("bash", "gcc", "zlib"))
    assert locked(find.resolve(NODE, prepared("gcc"), {})) == ["seed:bash", "seed:gcc"]


def test_packages_of_needed_nodes_win_over_the_seed(tmp_path: Path) -> None:
    find = resolver(tmp_path, seed("bash", "lib"))
    lib = built_rpm("lib-2-1.x86_64")
    save_facts(DirectoryStore(tmp_path / "store"), [facts_of(lib)])
    assert locked(find.resolve(NODE, prepared("lib"), {Node("lib", "x86_64"): [lib]})) == ["seed:bash", "stage:lib"]


def test_the_same_inputs_give_the_same_build_id(tmp_path: Path) -> None:
    find = resolver(tmp_path, seed("bash", "gcc"))
    first, second = (find.resolve(NODE, prepared("gcc"), {}) for _ in range(2))
    assert isinstance(first, NodeInputs)
    assert first == second


def test_what_nothing_provides_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingProviderError, match="nothing provides clang"):
        resolver(tmp_path, seed("bash")).resolve(NODE, prepared("clang"), {})


def test_generated_requirements_are_told_to_the_graph_first_and_then_met(tmp_path: Path) -> None:
    find = resolver(tmp_path, seed("bash", "flit"), lambda: ("flit",))
    app = prepared(dynamic=True)
    assert find.solve_only(NODE, app, {}) is None
    assert find.resolve(NODE, app, {}) == MoreRequires(requires=("flit",))
    assert find.known_requires(app, "x86_64") == ()
    find.remember(app, "x86_64", ("flit",))
    assert find.known_requires(app, "x86_64") == ("flit",)
    assert locked(find.resolve(NODE, app, {})) == ["seed:bash", "seed:flit"]


def test_what_was_generated_is_not_generated_again(tmp_path: Path) -> None:
    rounds: list[int] = []

    def generate() -> Sequence[str]:
        rounds.append(1)
        return ("flit",)

    find = resolver(tmp_path, seed("bash", "flit"), generate)
    app = prepared(dynamic=True)
    find.remember(app, "x86_64", ("flit",))
    before = (locked(find.resolve(NODE, app, {})), len(rounds))
    assert (locked(find.solve_only(NODE, app, {})), len(rounds)) == before


def test_requirements_that_never_settle_end_in_an_error(tmp_path: Path) -> None:
    names = [f"more{number}" for number in range(20)]
    asked = iter(range(1, 21))
    find = resolver(tmp_path, seed("bash", *names), lambda: names[: next(asked)])
    app = prepared(dynamic=True)
    with pytest.raises(EndlessRequiresError, match="asks for something new"):
        _until_settled(find, app)


def _until_settled(find: Resolver, app: Prepared) -> None:
    while isinstance(found := find.resolve(NODE, app, {}), MoreRequires):
        find.remember(app, "x86_64", found.requires)
