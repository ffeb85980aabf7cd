from builders.spec_facts import binary, spec

from scheduler.known_node import Known


def test_a_node_asks_for_what_its_spec_and_its_dynamic_requirements_say() -> None:
    known = Known(spec=spec("a", "b")[1], requires=("c", "b"))

    assert known.asks == {"b", "c"}


def test_a_node_offers_its_specs_packages_and_what_was_really_made() -> None:
    facts = spec("a")[1]
    known = Known(spec=facts, packages=(binary("a", provides=["x"]),))

    assert (known.offer.spec, known.offer.known) == (facts, known.packages)
