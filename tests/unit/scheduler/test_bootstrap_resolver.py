from builders.driven_farm import FakeResolver, prepared
from builders.spec_facts import node, spec

from scheduler.bootstrap_resolver import BootstrapResolver
from scheduler.resolution import MoreRequires

FULL, FIRST = prepared("alpha", spec("alpha", "beta")[1]), prepared("first", spec("first")[1])


class Seen(FakeResolver):
    """Notes which source it was asked about."""

    def __init__(self) -> None:
        super().__init__({}, {"alpha": ("more",)})

    def remember(self, prepared: object, arch: str, requires: tuple[str, ...]) -> None:
        assert prepared is FIRST
        assert arch == "x86_64"
        self.remembered.append(requires)


def test_declared_nodes_are_made_from_their_first_source_and_others_from_their_own() -> None:
    resolver = Seen()
    wrapped = BootstrapResolver(resolver, {node("alpha"): FIRST})

    assert wrapped.resolve(node("alpha"), FULL, {}) == MoreRequires(requires=("more",))
    wrapped.remember(FULL, "x86_64", ("more",))
    found = [wrapped.resolve(node(name), FULL, {}) for name in ("alpha", "beta")]

    assert resolver.remembered == [("more",)]
    assert [it.source_rpm for it in found if not isinstance(it, MoreRequires)] == [FIRST.source_rpm, FULL.source_rpm]
