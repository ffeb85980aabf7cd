"""One .deb to one RPM: the same bytes in, the same bytes out."""

import os
import shutil
from pathlib import Path

from workers.seed.converter.alternatives import Alternative, lua_links, parse_alternatives
from workers.seed.converter.cmake_provides import cmake_provides
from workers.seed.converter.control import Control, parse_control
from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.deb_archive import control_files, source_date_epoch
from workers.seed.converter.fixups import apply_fixups, scriptlets
from workers.seed.converter.job import Job, Result
from workers.seed.converter.perl_provides import perl_provides
from workers.seed.converter.python_provides import python_provides
from workers.seed.converter.relation import parse_conflicts, parse_provides, parse_requires
from workers.seed.converter.rpm_build import build_rpm
from workers.seed.converter.spec import NOARCH, ConvertedPackage, spec_text
from workers.seed.converter.unpacking import Unpacking
from workers.seed.converter.usrmerge import provided_names
from workers.seed.converter.version import Evr

_ALL = "all"


def convert(job: Job, work: Path) -> Result:
    """Make the RPM of a job at its output path.

    Args:
        work: empty directory.

    Raises:
        ConversionError: the package is broken, hostile or unknown to the rules.
        OSError: the disk is full or cannot be written.
    """
    deb = Path(job.deb)
    epoch = source_date_epoch(deb)
    maintainer = control_files(deb)
    control = parse_control(maintainer["control"])
    tree = Unpacking(control.package, work / "tree", maintainer.get("conffiles", "").split())
    tree.root.mkdir()
    tree.unpack(deb)
    package = _describe(job, control, tree, parse_alternatives(maintainer.get("postinst", "")))
    file_list, spec = work / "files", work / "package.spec"
    file_list.write_text("".join(f"{tree.files[path].line()}\n" for path in sorted(tree.files)))
    spec.write_text(spec_text(package, tree=tree.root, file_list=file_list))
    # A package for all architectures must come out the same whichever repository it is converted for.
    target = os.uname().machine if package.arch == NOARCH else package.arch
    rpm = build_rpm(spec, work=work / "rpmbuild", target=target, triplet=job.triplet, epoch=epoch)
    shutil.move(rpm, job.output)
    nevra = f"{control.package}-{Evr.parse(control.version)}.{package.arch}"
    return Result(output=job.output, nevra=nevra, epoch=epoch)


def _describe(job: Job, control: Control, tree: Unpacking, links: tuple[Alternative, ...]) -> ConvertedPackage:
    arch, isa = _architecture(job, control)
    from_fixups = apply_fixups(control.package, tree)
    paths = sorted(tree.files)
    provides = [*parse_provides(control.provides), *job.provides, *from_fixups]
    provides += [name for path in [*paths, *(each.link for each in links)] for name in provided_names(path)]
    provides += [each.link for each in links]
    provides += python_provides(tree.root, paths, job.python)
    provides += perl_provides(tree.root, paths)
    provides += cmake_provides(tree.root, paths)
    depends = parse_requires(control.depends, job.ignored) + parse_requires(control.pre_depends, job.ignored)
    return ConvertedPackage(
        control=control,
        arch=arch,
        isa=isa,
        names=tuple(job.names),
        provides=tuple(provides),
        requires=depends + tuple(job.requires),
        conflicts=parse_conflicts(control.conflicts, job.ignored),
        post=lua_links(links),
        scriptlets=scriptlets(control.package),
    )


def _architecture(job: Job, control: Control) -> tuple[str, str]:
    if control.architecture == _ALL:
        return NOARCH, ""
    if control.architecture == job.debian_arch:
        return job.arch, job.isa
    raise ConversionError(f"control: architecture {control.architecture[:40]!r} instead of {job.debian_arch}")
