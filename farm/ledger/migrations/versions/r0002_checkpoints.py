"""Checkpoints: events that are covered by one may go. An index finds a node's last outcome in some state."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of checkpoints, guard it, and let go of covered events only."""
    op.create_table(
        "checkpoints",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("time", sa.String(32), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_checkpoints"),
    )
    op.create_index("ix_outcomes_component_arch_state_seq", "outcomes", ["component", "arch", "state", "seq"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_in_sqlite()
    else:
        _guard_in_postgresql()


def _guard_in_sqlite() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER checkpoints_no_{action.lower()} BEFORE {action} ON checkpoints "
            "BEGIN SELECT RAISE(ABORT, 'checkpoints only grow'); END"
        )
    op.execute("DROP TRIGGER events_no_delete")
    op.execute(
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events "
        "WHEN OLD.seq > (SELECT coalesce(max(seq), 0) FROM checkpoints) "
        "BEGIN SELECT RAISE(ABORT, 'events only grow'); END"
    )


def _guard_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION checkpoints_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'checkpoints only grow'; END $$"
    )
    op.execute(
        "CREATE TRIGGER checkpoints_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints "
        "FOR EACH STATEMENT EXECUTE FUNCTION checkpoints_only_grow()"
    )
    op.execute("DROP TRIGGER events_only_grow ON events")
    op.execute(
        "CREATE TRIGGER events_only_grow BEFORE UPDATE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_only_grow()"
    )
    op.execute(
        "CREATE FUNCTION events_not_covered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.seq > (SELECT coalesce(max(seq), 0) FROM checkpoints) THEN RAISE EXCEPTION 'events only grow'; END IF; "
        "RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER events_not_covered BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_not_covered()"
    )
