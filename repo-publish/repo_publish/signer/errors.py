"""Errors of the signer; they cross its socket by code."""

from farm.errors import FarmError, InfrastructureError, SigningError


class SignerError(SigningError):
    """The signer failed in itself."""

    code = "SIG001"


class SignerUnreachableError(SigningError):
    """No signer answers and none can be started."""

    code = "SIG002"


class BadMessageError(SigningError):
    """A message to or from the signer is not one of those there are."""

    code = "SIG003"


class KeyUnavailableError(SigningError):
    """The private key is lost, not usable, or not protected."""

    code = "SIG004"


class AlreadyRunningError(SigningError):
    """Another signer works in this directory."""

    code = "SIG005"


class SignerTroubleError(InfrastructureError):
    """The signer met trouble that is not its own: the store, the ledger, the disk."""

    code = "SIG006"


class NotAdmittedError(SigningError):
    """The gate: no passing verdict and no waiver for what was to be signed."""

    code = "SIG010"


class NotMadeHereError(SigningError):
    """Metadata lists a package that this signer did not sign, or is not what its packages give."""

    code = "SIG011"


class TamperedError(SigningError):
    """A file is not the one that was judged."""

    code = "SIG012"


_BY_CODE: dict[str, type[SigningError]] = {
    kind.code: kind
    for kind in (
        SignerError,
        SignerUnreachableError,
        BadMessageError,
        KeyUnavailableError,
        AlreadyRunningError,
        NotAdmittedError,
        NotMadeHereError,
        TamperedError,
    )
}


def error_for(code: str, what: str, why: str, hint: str, exit_status: int) -> FarmError:
    """Return the error that the signer told of by its code; of an error that is not the signer's, its kind."""
    kind = _BY_CODE.get(code)
    if kind is not None:
        return kind(what, why=why, hint=hint)
    why = f"{code}: {why}" if why else code
    trouble = exit_status == InfrastructureError.exit_status
    return SignerTroubleError(what, why=why, hint=hint) if trouble else SignerError(what, why=why, hint=hint)
