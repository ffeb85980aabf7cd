"""Tells a person of source files that were taken without a hash, with what must be written into the project."""

from farm.cli.output import complain
from farm.missing_hashes import LearnedHash

ALLOW_HELP = "Take source files that have no hash as they come, and say their hashes to write into the project."


def tell_learned(learned: LearnedHash) -> None:
    """Warn of a file, quiet or not: nobody has vouched for what came."""
    where = "a new entry for it" if learned.is_new else "its entry"
    complain(
        f"warning: {learned.component}: {learned.source.filename} was taken without a hash "
        f"({learned.source.origin}); {where} is to have\n{learned.toml}"
    )
