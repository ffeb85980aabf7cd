"""Whether a run has settled stands with it: the events of its rounds may go, and what is published needs it."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ROUND_ENDED = sa.text("""SELECT run_id, body FROM events WHERE body LIKE '%"event":"round-ended"%' ORDER BY seq""")
_SETTLED = sa.text("UPDATE runs SET settled = :settled WHERE run_id = :run_id")


def upgrade() -> None:
    """Add the column, and fill it from the rounds that are still there."""
    op.add_column("runs", sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    for run_id, body in connection.execute(_ROUND_ENDED).all():
        event = json.loads(body)
        if event["event"] == "round-ended":  # what only looks like it is in the text of another kind
            connection.execute(_SETTLED, {"run_id": run_id, "settled": not event["stale"]})
