"""Errors of the signer; they cross its socket by code."""

from farm.errors import FarmError, SigningError


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


def error_for(code: str, what: str, why: str, hint: str) -> FarmError:
    """Return the error that the signer told of by its code."""
    kind = _BY_CODE.get(code, SignerError)
    if kind is SignerError and code != SignerError.code:
        why = f"{code}: {why}" if why else code
    return kind(what, why=why, hint=hint)
