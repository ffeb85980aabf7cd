"""The farm's own RPM macros, laid over every build.

They lie at `~/.rpmmacros` of the build user, by a read-only bind: every rpm program of a build reads that file last,
also the ones a spec starts itself, and again after `--target` has made rpmbuild read its configuration anew (`--load`
is forgotten then). It is the same file name in rpm 4.20 and rpm 6, and no package of a buildroot can ship it.
"""

from farm.digest import Digest, digest_bytes

FILE_NAME = ".rpmmacros"
"""Name of the macro file in the build user's home."""

TOP_DIRECTORY = "/builddir/build"
"""`%_topdir` of every build: it reaches debug information, build ids and the source RPM, so it never varies."""

POLICY = f"""\
%_topdir {TOP_DIRECTORY}
%_tmppath /tmp
%_rpmfilename %%{{ARCH}}/%%{{NAME}}-%%{{VERSION}}-%%{{RELEASE}}.%%{{ARCH}}.rpm
%_buildhost farm.invalid
%source_date_epoch_from_changelog 1
%use_source_date_epoch_as_buildtime 1
%build_mtime_policy clamp_to_source_date_epoch
%clamp_mtime_to_source_date_epoch 1
%_binary_payload w3.zstdio
%_source_payload w3.zstdio
%_smp_build_ncpus %{{getncpus}}
%_smp_mflags -j%{{_smp_build_ncpus}}
%_disable_source_fetch 1
"""
"""What must not differ between two builds of one build id.

`build_mtime_policy` is rpm 4.20's name and later, `clamp_mtime_to_source_date_epoch` the one before. The payload is
compressed by one thread, so that the number of CPUs does not reach it. The number of CPUs is what the sandbox gives.
`%vendor`, `%dist` and compiler flags are the distribution's: its macro package is part of the buildroot lock.
"""


def policy_digest() -> Digest:
    """Return the digest that stands for the policy in a build id."""
    return digest_bytes(POLICY.encode())
