"""Where a ledger is: a file, or a URL whose secrets are for the database's driver alone."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from farm.ledger.errors import LedgerAddressError

POSTGRESQL = "postgresql+psycopg"
_DRIVERS = {"sqlite": "sqlite", "postgresql": POSTGRESQL, "postgres": POSTGRESQL, POSTGRESQL: POSTGRESQL}
_HINT = "sqlite:////path, postgresql://user@host/database, or the path of an SQLite file"


def parse_address(location: Path | str) -> URL:
    """Return the database URL of a ledger.

    Raises:
        LedgerAddressError: it is no URL, or of a database that holds no ledgers, in memory say. It does not repeat it.
    """
    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite", database=str(Path(location).absolute()))
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        # The cause would repeat the URL, with a password in it.
        raise LedgerAddressError("the ledger's address is no database URL", hint=_HINT) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise LedgerAddressError(
            "the ledger's address names a database that holds no ledgers", why=url.drivername, hint=_HINT
        )
    if url.get_backend_name() == "sqlite" and (url.database in (None, "", ":memory:") or url.query):
        raise LedgerAddressError("the ledger's address is not that of a file", hint=_HINT)
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """Return an address for people and logs: without password and parameters, which may hold one, too."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    place = url.host or next(iter(_words(url.query.get("host", ()))), "local socket")
    port = f":{url.port}" if url.port else ""
    user = f"{url.username}@" if url.username else ""
    return f"postgresql://{user}{place}{port}/{url.database or ''}"


def without_secrets(text: str, url: URL) -> str:
    """Return a driver's words without anything secret of the address."""
    secrets = {
        str(url.password or ""),
        *(word for name, value in url.query.items() if "pass" in name for word in _words(value)),
    }
    for secret in sorted(secrets - {""}):
        text = text.replace(secret, "[hidden]")
    return text


def _words(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
