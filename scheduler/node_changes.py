"""What changed between two builds of a node, as reasons. Pure."""

from dataclasses import fields

from farm.build import BuildInputs
from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.changes.compare_inputs import compare_inputs
from farm.inputs.component_inputs import Input
from farm.node_inputs import NodeInputs
from scheduler.reasons import (
    BuildrootChanged,
    InputChanged,
    InputsChanged,
    PolicyChanged,
    Reason,
    SourcesChanged,
    SpecChanged,
)


def changes(before: NodeInputs, after: NodeInputs) -> tuple[Reason, ...]:
    """Return why the build id is another one: empty exactly where it is the same.

    What a maintainer says is named only with a changed spec or changed sources: what changes neither changes nothing.
    """
    if before.build.build_id == after.build.build_id:
        return ()
    reasons: list[Reason] = [
        *_source_changes(before, after),
        *_buildroot_changes(before.lock, after.lock),
        *_policy_changes(before.build, after.build),
    ]
    explained = {"macros", "sandbox"}
    if any(isinstance(reason, BuildrootChanged) for reason in reasons):
        explained.add("buildroot")
    if any(isinstance(reason, SpecChanged | SourcesChanged) for reason in reasons):
        explained |= {"source_rpm", "epoch"}
    left = [name for name in _differing(before.build, after.build) if name not in explained]
    return (*reasons, *([InputsChanged(fields=tuple(left))] if left else []))


def _source_changes(before: NodeInputs, after: NodeInputs) -> list[Reason]:
    old = {it.name: it.digest for it in before.source.files}
    new = {it.name: it.digest for it in after.source.files}
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    specs = {before.source.spec_name, after.source.spec_name}
    others = tuple(name for name in names if name not in specs)
    reasons: list[Reason] = []
    if specs & set(names):
        reasons.append(SpecChanged())
    if others:
        reasons.append(SourcesChanged(files=others))
    return [*reasons, *_named_changes(before, after)] if reasons else []


def _named_changes(before: NodeInputs, after: NodeInputs) -> list[InputChanged]:
    """Compare what the maintainer said; nothing is known of builds that were kept without it."""
    if not before.named or not after.named:
        return []
    files = {one.name: one.file for one in (*before.named, *after.named)}
    found = compare_inputs(
        *([Input(name=one.name, value=one.value) for one in inputs.named] for inputs in (before, after)),
        old_place=lambda one: files[one.name],
        new_place=lambda one: files[one.name],
    )
    return [
        InputChanged(input=one.input, before=one.old, after=one.new, file=one.new_at or one.old_at) for one in found
    ]


def _buildroot_changes(before: BuildrootLock, after: BuildrootLock) -> list[BuildrootChanged]:
    old, new = _by_name(before), _by_name(after)
    return [
        BuildrootChanged(package=name, before=_nevras(old.get(name, ())), after=_nevras(new.get(name, ())))
        for name in sorted(old.keys() | new.keys())
        if _identities(old.get(name, ())) != _identities(new.get(name, ()))
    ]


def _by_name(lock: BuildrootLock) -> dict[str, tuple[LockedPackage, ...]]:
    found: dict[str, tuple[LockedPackage, ...]] = {}
    for package in lock.packages:
        found[package.nevra.name] = (*found.get(package.nevra.name, ()), package)
    return found


def _nevras(packages: tuple[LockedPackage, ...]) -> str:
    return " ".join(str(package.nevra) for package in packages)


def _identities(packages: tuple[LockedPackage, ...]) -> list[tuple[str, str]]:
    return [(str(package.nevra), package.digest) for package in packages]


def _policy_changes(before: BuildInputs, after: BuildInputs) -> list[PolicyChanged]:
    pairs = (("macros", before.macros, after.macros), ("sandbox", before.sandbox, after.sandbox))
    return [PolicyChanged(what=what, before=old, after=new) for what, old, new in pairs if old != new]


def _differing(before: BuildInputs, after: BuildInputs) -> list[str]:
    names = sorted(field.name for field in fields(BuildInputs))
    return [name for name in names if getattr(before, name) != getattr(after, name)]
