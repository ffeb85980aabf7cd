"""Merges tables as azldev does where nothing is inherited (mergo with override, lists and map entries replaced)."""

from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def merge_entry(base: T, update: T) -> T:
    """Return a table updated by a later one: what that says wins, what it leaves empty does not count.

    Structures merge field by field. An entry of a map replaces the one of its name whole, a list replaces the list.
    """
    changes: dict[str, object] = {}
    for name in update.__struct_fields__:
        before, after = getattr(base, name), getattr(update, name)
        if isinstance(after, msgspec.Struct) and isinstance(before, msgspec.Struct):
            changes[name] = merge_entry(before, after)
        elif isinstance(after, dict) and before:
            changes[name] = {**before, **after}
        elif after:
            changes[name] = after
    return msgspec.structs.replace(base, **changes)
