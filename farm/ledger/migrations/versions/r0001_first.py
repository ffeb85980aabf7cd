"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

APPEND_ONLY = ("events", "results", "verdicts", "verdict_rpms", "publications")


def upgrade() -> None:
    """Make the tables, and guard those that only grow."""
    _runs_and_events()
    _builds()
    _publications()
    for table in APPEND_ONLY:
        _guard(table)


def _runs_and_events() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("commit", sa.String(64), nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("ended", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("run_id", name="uq_runs_run_id"),
    )
    op.create_table(
        "chain",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )
    op.execute(f"INSERT INTO chain (id, seq, hash) VALUES (1, 0, '{'0' * 64}')")  # noqa: S608 - constants
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("time", sa.String(32), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_events_run_id"),
    )
    op.create_index("ix_events_run_id_seq", "events", ["run_id", "seq"])


def _builds() -> None:
    op.create_table(
        "leases",
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("held", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("ttl_seconds", sa.Float, nullable=False),
        sa.Column("expires", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_leases"),
    )
    op.create_table(
        "results",
        *_judged_columns(),
        sa.PrimaryKeyConstraint("seq", name="pk_results"),
        sa.UniqueConstraint("build_id", "digest", name="uq_results_build_id_digest"),
    )
    op.create_table("verdicts", *_judged_columns(), sa.PrimaryKeyConstraint("seq", name="pk_verdicts"))
    op.create_index("ix_verdicts_build_id_seq", "verdicts", ["build_id", "seq"])
    op.create_table(
        "verdict_rpms",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("verdict_seq", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("digest", "verdict_seq", name="pk_verdict_rpms"),
        sa.ForeignKeyConstraint(["verdict_seq"], ["verdicts.seq"], name="fk_verdict_rpms_verdict_seq"),
    )


def _judged_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("build_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _publications() -> None:
    op.create_table(
        "outcomes",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("component", sa.String(255), nullable=False),
        sa.Column("arch", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("recorded", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_outcomes"),
        sa.UniqueConstraint("run_id", "component", "arch", name="uq_outcomes_run_id_component_arch"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_outcomes_run_id"),
    )
    op.create_index("ix_outcomes_component_arch_seq", "outcomes", ["component", "arch", "seq"])
    op.create_table(
        "publications",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("snapshot", sa.String(255), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("published", sa.String(32), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_publications"),
        sa.UniqueConstraint("snapshot", name="uq_publications_snapshot"),
    )


def _guard(table: str) -> None:
    """Have the database refuse to change or remove rows."""
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grow'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} only grow'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_only_grow()"
    )
