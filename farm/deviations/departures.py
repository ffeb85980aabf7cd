"""Finds in which ways a component departs from upstream, each with the key that says so."""

from collections.abc import Iterator
from dataclasses import dataclass

from farm.deviations.deviation import DeviationKind
from farm.deviations.overlay_words import overlay_words
from farm.inputs.layers import Layers
from farm.project.model import Component, LocalSpec, ReleaseCalculation
from farm.project.origin import Origin

_DISTRO = ("spec", "upstream-distro")


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A departure, before anybody has been asked why and by whom.

    Attributes:
        reason: where the configuration has a field for it.
        said_at: the whole of it: for an overlay its table, else its key.
    """

    kind: DeviationKind
    what: str
    reason: str
    said_at: Origin


def departures(component: Component, layers: Layers) -> Iterator[Departure]:
    """Yield the departures of a component: its source first, then overlays, macros, check and release."""
    yield from _source(component, layers)
    for overlay in component.overlays:
        if overlay.origin is not None:
            yield Departure(
                kind=DeviationKind.OVERLAY,
                what=overlay_words(overlay),
                reason=overlay.description,
                said_at=overlay.origin,
            )
    yield from _declared(component, layers)
    yield from _macros(component, layers)
    yield from _check(component, layers)
    if component.release is not ReleaseCalculation.AUTO:
        yield Departure(
            kind=DeviationKind.RELEASE,
            what=f"computes its release in another way: {component.release}",
            reason="",
            said_at=layers.said_at(component, ("release", "calculation")),
        )


def _source(component: Component, layers: Layers) -> Iterator[Departure]:
    spec = component.spec
    if isinstance(spec, LocalSpec):
        yield Departure(
            kind=DeviationKind.OWN_SPEC,
            what=f"has a spec of the project's own: {spec.path.name}",
            reason="",
            said_at=component.origin,
        )
        return
    if spec.commit:
        yield Departure(
            kind=DeviationKind.PIN,
            what=f"is pinned to the upstream commit {spec.commit}",
            reason="",
            said_at=layers.said_at(component, ("spec", "upstream-commit")),
        )
    inherited = tuple(layers.inherited_text(component, (*_DISTRO, key)) for key in ("name", "version"))
    if inherited[0] and inherited != (spec.distro, spec.version):
        yield Departure(
            kind=DeviationKind.PIN,
            what=f"is taken from {spec.distro} {spec.version} instead of {' '.join(inherited)}",
            reason="",
            said_at=layers.said_at(component, _DISTRO),
        )
    if spec.package != component.name:
        yield Departure(
            kind=DeviationKind.PIN,
            what=f"has another name upstream: {spec.package}",
            reason="",
            said_at=layers.said_at(component, ("spec", "upstream-name")),
        )


def _declared(component: Component, layers: Layers) -> Iterator[Departure]:
    for source in component.sources:
        verb = "replaces" if source.replaces_upstream else "adds"
        where = f"{source.type} from {source.uri}" if source.uri else str(source.type)
        yield Departure(
            kind=DeviationKind.SOURCE,
            what=f"{verb} the source file {source.filename} ({where})",
            reason=layers.text_at(source.origin, "replace-reason"),
            said_at=source.origin,
        )


def _macros(component: Component, layers: Layers) -> Iterator[Departure]:
    build = component.build
    for key, verb, names in (
        ("with", "is built with", build.conditions_on),
        ("without", "is built without", build.conditions_off),
        ("undefines", "does not define the macro", build.undefines),
    ):
        for name in dict.fromkeys(names):
            yield Departure(
                kind=DeviationKind.MACRO,
                what=f"{verb} {name}",
                reason="",
                said_at=layers.said_at(component, ("build", key), name),
            )
    for name, value in build.defines:
        yield Departure(
            kind=DeviationKind.MACRO,
            what=f"defines the macro {name} as `{value}`",
            reason="",
            said_at=layers.said_at(component, ("build", "defines", name)),
        )


def _check(component: Component, layers: Layers) -> Iterator[Departure]:
    if component.build.skip_check:
        said_at = layers.said_at(component, ("build", "check", "skip"))
        yield Departure(
            kind=DeviationKind.CHECK,
            what="does not run %check",
            reason=component.build.skip_check,
            said_at=layers.member_at(said_at, component),
        )
