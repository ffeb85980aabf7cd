"""The token that whoever is in a cluster must have. Ray ends the whole process over one that it cannot use."""

from farm.errors import InfrastructureError
from scheduler.ray_library import AuthenticationTokenLoader, RayError, ensure_token_if_auth_enabled

_HINT = "see docs/operations.md"


class TokenError(InfrastructureError):
    """The token of a cluster cannot be had, or is none."""

    code = "RAY010"


def make_token() -> None:
    """Make the token of a new cluster, in a file of this user, where there is none.

    Raises:
        TokenError: it cannot be read or written, or is none.
    """
    _see_to_token(create=True)


def require_token() -> None:
    """See that there is a token.

    Raises:
        TokenError: there is none, or it is none.
    """
    _see_to_token(create=False)


def _see_to_token(*, create: bool) -> None:
    try:
        ensure_token_if_auth_enabled(None, create_token_if_missing=create)
        headers = AuthenticationTokenLoader.instance().get_token_for_http_header()
    except (RayError, RuntimeError, OSError, UnicodeDecodeError) as exc:
        raise TokenError("there is no token for the cluster", why=str(exc).partition(". ")[0], hint=_HINT) from exc
    if not all(text.isascii() and text.isprintable() for text in headers.values()):
        why = "it has characters that are not printable ASCII"
        raise TokenError("the token for the cluster cannot be used", why=why, hint=_HINT)
