import re

from farm.identity import random_name


def test_names_differ_and_say_what_they_name() -> None:
    names = {random_name("run") for _ in range(100)}
    assert len(names) == 100
    assert all(re.fullmatch(r"run-[0-9a-f]{12}", name) for name in names)
