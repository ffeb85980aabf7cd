"""Compares two lists of inputs: which was added, removed or changed, and where each is said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from farm.inputs.component_inputs import Input

_OVERLAYS = "overlays"
_Words = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChange:
    """An input that changed.

    Attributes:
        input: its key; an overlay is counted from 1, as it stands in the newer list, or the older where it is gone.
        old: its value before; empty where it is new. `new` likewise.
        old_at: file and line before; `new_at` after; empty where it is said nowhere.
    """

    input: str
    old: str
    new: str
    old_at: str
    new_at: str


Place = Callable[[Input], str]


def compare_inputs(
    old: Sequence[Input], new: Sequence[Input], *, old_place: Place, new_place: Place
) -> tuple[InputChange, ...]:
    """Return what changed, sorted by the inputs' names; overlays are matched by what they do, not by their number."""
    before, after = _single(old), _single(new)
    changes = [
        _change(name, before.get(name), after.get(name), old_place, new_place)
        for name in sorted({*before, *after})
        if _value(before.get(name)) != _value(after.get(name))
    ]
    return (*changes, *_overlay_changes(_overlays(old), _overlays(new), old_place, new_place))


def _single(inputs: Sequence[Input]) -> dict[tuple[str, ...], Input]:
    found: dict[tuple[str, ...], Input] = {}
    for named in inputs:
        if named.name[0] != _OVERLAYS:
            found.setdefault(named.name, named)
    return found


def _overlays(inputs: Sequence[Input]) -> list[dict[str, Input]]:
    found: dict[str, dict[str, Input]] = {}
    for named in inputs:
        if named.name[0] == _OVERLAYS:
            found.setdefault(named.name[1], {})[named.name[2]] = named
    return [found[number] for number in sorted(found)]


def _overlay_changes(
    old: list[dict[str, Input]], new: list[dict[str, Input]], old_place: Place, new_place: Place
) -> list[InputChange]:
    changes = []
    matcher = SequenceMatcher(None, [_words(one) for one in old], [_words(one) for one in new], autojunk=False)
    for operation, first, last, new_first, new_last in matcher.get_opcodes():
        if operation == "equal":
            continue
        before, after = old[first:last], new[new_first:new_last]
        for at in range(max(len(before), len(after))):
            one = before[at] if at < len(before) else {}
            other = after[at] if at < len(after) else {}
            number = (new_first if other else first) + at + 1
            changes += _field_changes(number, one, other, old_place, new_place)
    return changes


def _field_changes(
    number: int, old: Mapping[str, Input], new: Mapping[str, Input], old_place: Place, new_place: Place
) -> list[InputChange]:
    """Return a whole overlay where it came or went, else its fields that differ."""
    if not old or not new:
        there = new or old
        first = next(iter(there.values()))
        text = "; ".join(f"{key} = {named.value}" for key, named in there.items())
        place = new_place if new else old_place
        said_at = place(first)
        return [
            InputChange(
                input=f"{_OVERLAYS}[{number}]",
                old=text if old else "",
                new=text if new else "",
                old_at=said_at if old else "",
                new_at=said_at if new else "",
            )
        ]
    return [
        _change((f"{_OVERLAYS}[{number}]", key), old.get(key), new.get(key), old_place, new_place)
        for key in sorted({*old, *new})
        if _value(old.get(key)) != _value(new.get(key))
    ]


def _words(overlay: Mapping[str, Input]) -> _Words:
    return tuple((key, named.value) for key, named in overlay.items())


def _change(
    name: tuple[str, ...], old: Input | None, new: Input | None, old_place: Place, new_place: Place
) -> InputChange:
    return InputChange(
        input=".".join(name),
        old=_value(old),
        new=_value(new),
        old_at=old_place(old) if old else "",
        new_at=new_place(new) if new else "",
    )


def _value(named: Input | None) -> str:
    return named.value if named else ""
