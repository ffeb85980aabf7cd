"""Brings the ledger's tables to the version that this farm knows."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from farm.ledger.errors import CorruptLedgerError, NewerLedgerError

HEAD = "0003"
"""The newest revision. It stands here so that an up-to-date ledger opens without alembic; a test compares the two."""

_REVISION = re.compile(r"[0-9]{4}")


def is_current(connection: Connection) -> bool:
    """Tell whether the ledger has the newest tables.

    Raises:
        CorruptLedgerError: the database belongs to something else.
        NewerLedgerError: a newer farm wrote it.
    """
    names = inspect(connection).get_table_names()
    if not names:
        return False
    if "alembic_version" not in names:
        raise _foreign(f"it has the tables {', '.join(names[:5])}")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is None or not _REVISION.fullmatch(revision):
        raise _foreign(f"its version is {revision!r}")
    if revision > HEAD:
        raise NewerLedgerError(
            "the ledger was written by a newer version of the farm",
            why=f"its version is {revision}, this farm knows {HEAD}",
            hint="update the farm, or name another state directory with --state",
        )
    return bool(revision == HEAD)


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Run the migrations that are missing, up to a revision, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 - needed once per version, and slow to import
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, revision)


def _foreign(why: str) -> CorruptLedgerError:
    return CorruptLedgerError(
        "the database is no ledger of the farm", why=why, hint="name another state directory with --state"
    )
