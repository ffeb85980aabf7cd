import pytest

from workers.seed.mirror import choose_mirror, parse_targets
from workers.seed.seed_error import SeedError


def lines(*rows: tuple[str, ...]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


DEBIAN = ("http://mirror.example/debian/", "Debian", "main", "bookworm", "bookworm", "Packages")
UPDATES = ("http://mirror.example/debian/", "Debian", "main", "bookworm-updates", "bookworm-updates", "Packages")
SECURITY = (
    "http://other.example/debian-security/",
    "Debian",
    "main",
    "bookworm-security",
    "bookworm-security",
    "Packages",
)
NODE = ("http://aaa.example/node/", "Node Source", "main", "nodistro", "nodistro", "Packages")
TRANSLATIONS = ("http://aaa.example/debian/", "Debian", "main", "bookworm", "bookworm", "Translations")


def test_the_mirror_is_the_one_that_serves_debians_release() -> None:
    targets = parse_targets(lines(NODE, SECURITY, TRANSLATIONS, UPDATES, DEBIAN))
    assert choose_mirror(targets) == "http://mirror.example/debian"


def test_before_the_first_update_the_origin_is_not_known() -> None:
    unknown = (DEBIAN[0], "$(ORIGIN)", "main", "$(CODENAME)", "trixie", "Packages")
    assert choose_mirror(parse_targets(lines(unknown))) == "http://mirror.example/debian"
    assert (
        choose_mirror(parse_targets(lines(("http://a.example", *unknown[1:]), DEBIAN)))
        == "http://mirror.example/debian"
    )


@pytest.mark.hostile
@pytest.mark.parametrize("output", ["", "\n\n", "nonsense", lines(NODE), lines(SECURITY), lines(TRANSLATIONS)])
def test_without_a_mirror_the_person_is_told_what_to_do(output: str) -> None:
    with pytest.raises(SeedError) as caught:
        choose_mirror(parse_targets(output))
    assert "sources.list" in caught.value.hint
