"""The tables of the ledger. A change here needs a migration; a test compares the two.

Values are kept whole as canonical JSON (`body`), beside the columns that they are looked up by.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

run_table = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run_id", String(64), nullable=False, unique=True),
    Column("project", Text, nullable=False),
    Column("commit", String(64), nullable=False),
    Column("command", Text, nullable=False),
    Column("started", String(32), nullable=False),
    Column("ended", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("settled", Boolean(create_constraint=False), nullable=False, server_default=false()),
)
"""`settled`: its last round left nothing that a further one would build anew."""

chain_table = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: the last event. Locking it gives events their order; it shows when the end of the chain was cut off."""

event_table = Table(
    "events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("time", String(32), nullable=False),
    Column("run_id", String(64), ForeignKey("runs.run_id"), nullable=True),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "run_id", "seq"),
)

checkpoint_table = Table(
    "checkpoints",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("events", Integer, nullable=False),
    Column("time", String(32), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
"""Where events were removed: `seq` and `hash` are of the last that went, `previous` is the checkpoint before."""

lease_table = Table(
    "leases",
    metadata,
    Column("subject", String(255), primary_key=True),
    Column("token", Integer, nullable=False),
    Column("held", Boolean(create_constraint=False), nullable=False),
    Column("holder", Text, nullable=False),
    Column("ttl_seconds", Float, nullable=False),
    Column("expires", String(32), nullable=False),
)
"""A released lease keeps its row: its token must go on growing."""

result_table = Table(
    "results",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("build_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("token", Integer, nullable=False),
    Column("recorded", String(32), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("build_id", "digest"),
)

verdict_table = Table(
    "verdicts",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("build_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("token", Integer, nullable=False),
    Column("recorded", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "build_id", "seq"),
)
"""The verdict with the greatest `seq` of a build id holds."""

verdict_rpm_table = Table(
    "verdict_rpms",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("verdict_seq", Integer, ForeignKey("verdicts.seq"), primary_key=True, autoincrement=False),
)

outcome_table = Table(
    "outcomes",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("run_id", String(64), ForeignKey("runs.run_id"), nullable=False),
    Column("component", String(255), nullable=False),
    Column("arch", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("recorded", String(32), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("run_id", "component", "arch"),
    Index(None, "component", "arch", "seq"),
    Index(None, "component", "arch", "state", "seq"),
)

publication_table = Table(
    "publications",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("snapshot", String(255), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("published", String(32), nullable=False),
    Column("body", Text, nullable=False),
)
