"""The random of the chaos suite: all of it follows from one seed, which is printed and can be given again."""

import random
import secrets
import sys

from farm.environment import variable

SEED = int(variable("FARM_CHAOS_SEED") or secrets.randbelow(2**32))
"""Where everything random of this process of tests begins; FARM_CHAOS_SEED repeats one."""

LONG = bool(variable("FARM_TEST_LONG"))
"""Whether there is time for hundreds of kills."""


def chance(purpose: str) -> random.Random:
    """Return the random of one test, the same for the same seed whatever ran before, and say which seed that is."""
    sys.stdout.write(f"FARM_CHAOS_SEED={SEED} ({purpose})\n")
    return random.Random(f"{SEED} {purpose}")  # noqa: S311 - it must be repeatable, and guards nothing
