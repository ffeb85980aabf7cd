"""How layers of configuration merge (azldev: mergo with override, and with appended slices for components).

An empty value never clears an inherited one; structures merge field by field; lists append, inherited first; maps merge
by key, an entry whole; `overlay-files` is the exception: the last that was said counts.
"""

from functools import reduce

from farm.project.layer import EMPTY_LAYER, BuildLayer, ComponentLayer, SpecLayer
from farm.project.model import Channels


def inherit(*layers: ComponentLayer) -> ComponentLayer:
    """Return the layers merged, the most general first."""
    return reduce(_merge, (layer for layer in layers if layer is not EMPTY_LAYER), EMPTY_LAYER)


def merge_channels(base: Channels, update: Channels) -> Channels:
    """Return channels where a later one wins, if it was said."""
    return Channels(
        rpm=update.rpm or base.rpm,
        debuginfo=update.debuginfo or base.debuginfo,
        srpm=update.srpm or base.srpm,
    )


def _merge(base: ComponentLayer, update: ComponentLayer) -> ComponentLayer:
    if base is EMPTY_LAYER:
        return update
    return ComponentLayer(
        spec=_merge_spec(base.spec, update.spec),
        release=update.release or base.release,
        overlays=base.overlays + update.overlays,
        overlay_files=base.overlay_files if update.overlay_files is None else update.overlay_files,
        build=_merge_build(base.build, update.build),
        skip_file_filter=update.skip_file_filter or base.skip_file_filter,
        sources=base.sources + update.sources,
        packages={**base.packages, **update.packages},
        channels=merge_channels(base.channels, update.channels),
    )


def _merge_spec(base: SpecLayer, update: SpecLayer) -> SpecLayer:
    return SpecLayer(
        type=update.type or base.type,
        path=update.path or base.path,
        distro=update.distro or base.distro,
        version=update.version or base.version,
        snapshot=update.snapshot or base.snapshot,
        upstream_name=update.upstream_name or base.upstream_name,
        upstream_commit=update.upstream_commit or base.upstream_commit,
    )


def _merge_build(base: BuildLayer, update: BuildLayer) -> BuildLayer:
    return BuildLayer(
        conditions_on=base.conditions_on + update.conditions_on,
        conditions_off=base.conditions_off + update.conditions_off,
        defines={**base.defines, **update.defines},
        undefines=base.undefines + update.undefines,
        upstream_provenance=update.upstream_provenance or base.upstream_provenance,
        skip_check=update.skip_check or base.skip_check,
        skip_reason=update.skip_reason or base.skip_reason,
        expected_failure=update.expected_failure or base.expected_failure,
        expected_reason=update.expected_reason or base.expected_reason,
        expensive=update.expensive or base.expensive,
    )
