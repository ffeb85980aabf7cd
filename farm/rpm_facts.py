"""What the farm knows of an RPM file, read in a sandbox."""

from dataclasses import dataclass

from farm.digest import Digest
from farm.nevra import Nevra


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmFacts:
    """An RPM file, as createrepo_c and its header tags describe it.

    Attributes:
        digest: sha256 of the whole file; size in bytes.
        source_rpm: file name of the source RPM it was built from; empty for a source RPM.
        header: RPMTAG_SHA256HEADER.
        payload: RPMTAG_PAYLOADDIGEST.
        signed: whether the signature header holds an OpenPGP signature (not whether it is good).
        primary: its `<package>` element of primary.xml; `filelists` and `other` likewise. The location in primary
            is the file name alone.
    """

    nevra: Nevra
    digest: Digest
    size: int
    source_rpm: str
    header: str
    payload: str
    signed: bool
    primary: str
    filelists: str
    other: str
